/* A long file is mapped where the kernel can use large pages for it. They are asked for only if the
 * file is no file of holes. */
#include "elf_maker.h"
#include "inspector/core/core_impl.h"

enum { LARGE = 2 << 20, LONG = 2 * LARGE + 3 * PAGE + 100, START = 0x100000, FULL = 3 << 20 };

/* Makes a file of `size` bytes and maps it. */
static void map_file(void **state, uint64_t size, struct gt_mapped *mapped)
{
    const struct scratch *scratch = *state;
    char path[128];

    snprintf(path, sizeof path, "%s/long", scratch->dir);
    int fd = open(path, O_CREAT | O_TRUNC | O_RDWR, 0600);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, (off_t)size), 0);
    assert_int_equal(pwrite(fd, "first", 5, 0), 5);
    assert_int_equal(pwrite(fd, "last", 4, (off_t)size - 4), 4);
    close(fd);
    assert_null(gt_mapped_open(path, NULL, mapped));
}

/* The number of lines of this process's table of mappings. */
static int mappings(void)
{
    FILE *table = fopen("/proc/self/maps", "r");
    int lines = 0;

    assert_non_null(table);
    for (int c; (c = fgetc(table)) != EOF;)
        lines += c == '\n';
    fclose(table);
    return lines;
}

static void a_long_file_is_aligned(void **state)
{
    struct gt_mapped mapped;
    int before = mappings();

    map_file(state, LONG, &mapped);
    assert_int_equal((uintptr_t)mapped.bytes % LARGE, 0);
    assert_memory_equal(mapped.bytes, "first", 5);
    assert_memory_equal(mapped.bytes + LONG - 4, "last", 4);
    assert_in_range(mappings(), before, before + 1); /* the kernel may join it to a neighbour */
    gt_mapped_close(&mapped);
    assert_int_equal(mappings(), before);
}

static void a_short_file_is_mapped(void **state)
{
    struct gt_mapped mapped;

    map_file(state, PAGE + 8, &mapped);
    assert_int_equal(mapped.size, PAGE + 8);
    assert_memory_equal(mapped.bytes + PAGE + 4, "last", 4);
    gt_mapped_close(&mapped);
}

/* Does the mapping at `bytes` have this flag? (proc(5), VmFlags) */
static bool has_flag(const unsigned char *bytes, const char *flag)
{
    FILE *table = fopen("/proc/self/smaps", "r");
    unsigned long start, end;
    bool here = false, found = false;
    char line[512];

    assert_non_null(table);
    while (fgets(line, sizeof line, table))
        if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
            here = start <= (uintptr_t)bytes && (uintptr_t)bytes < end;
        else if (here && strncmp(line, "VmFlags:", 8) == 0)
            found = strstr(line + 8, flag) != NULL;
    fclose(table);
    return found;
}

static struct gt_core *core_of(void **state, uint64_t holes)
{
    struct maker maker;

    maker_init(&maker, ET_CORE);
    note_thread(&maker, 1, 0, START);
    maker_fill(&maker, START, FULL, 1);
    struct gt_core *core = open_made(state, &maker);
    if (!holes) return core;
    struct gt_extent *data = gt_vec_at(&core->file.data, 0);
    data->end = data->start + core->file.size - holes;
    return core;
}

static void they_are_asked_for(void **state)
{
    if (access("/sys/kernel/mm/transparent_hugepage", F_OK) != 0) skip();
    struct gt_core *core = core_of(state, 0);

    assert_false(has_flag(core->file.bytes, " hg"));
    gt_core_read_in_large_pages(core);
    assert_true(has_flag(core->file.bytes, " hg"));
    gt_core_close(core);
}

static void holes_take_none(void **state)
{
    struct gt_core *core = core_of(state, FULL / 3 * 2);

    gt_core_read_in_large_pages(core);
    assert_false(has_flag(core->file.bytes, " hg"));
    gt_core_close(core);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_long_file_is_aligned),
        cmocka_unit_test(a_short_file_is_mapped),
        cmocka_unit_test(they_are_asked_for),
        cmocka_unit_test(holes_take_none),
    };
    return cmocka_run_group_tests_name("large pages", tests, scratch_make, scratch_free);
}

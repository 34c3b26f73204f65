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

/* The address space of this process in bytes (proc(5), statm). */
static uint64_t address_space(void)
{
    FILE *statm = fopen("/proc/self/statm", "r");
    unsigned long pages;

    assert_non_null(statm);
    assert_int_equal(fscanf(statm, "%lu", &pages), 1);
    fclose(statm);
    return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void a_long_file_is_aligned(void **state)
{
    struct gt_mapped mapped;

    map_file(state, LONG, &mapped);
    assert_int_equal((uintptr_t)mapped.bytes % LARGE, 0);
    assert_memory_equal(mapped.bytes, "first", 5);
    assert_memory_equal(mapped.bytes + LONG - 4, "last", 4);
    gt_mapped_close(&mapped);
}

/* Aligning reserves LARGE bytes more than the file has, before and behind it. With many files, what
 * would be left of that exceeds by far what the allocator or a sanitizer maps meanwhile. */
static void check_reserved(void **state, uint64_t size)
{
    enum { FILES = 64 };
    struct gt_mapped mapped[FILES];
    uint64_t before = address_space();

    for (int i = 0; i < FILES; i++)
        map_file(state, size, &mapped[i]);
    assert_true(address_space() >= before + FILES * size);
    assert_true(address_space() < before + FILES * (size + LARGE / 2));
    for (int i = 0; i < FILES; i++)
        gt_mapped_close(&mapped[i]);
    assert_true(address_space() < before + (uint64_t)FILES * (LARGE / 2));
}

/* The kernel maps downwards, so the size decides how much is reserved before the file. */
static void nothing_else_stays_reserved(void **state)
{
    check_reserved(state, LONG);
    check_reserved(state, 3 * LARGE - 3 * PAGE);
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
        cmocka_unit_test(a_long_file_is_aligned), cmocka_unit_test(nothing_else_stays_reserved),
        cmocka_unit_test(a_short_file_is_mapped), cmocka_unit_test(they_are_asked_for),
        cmocka_unit_test(holes_take_none),
    };
    return cmocka_run_group_tests_name("large pages", tests, scratch_make, scratch_free);
}

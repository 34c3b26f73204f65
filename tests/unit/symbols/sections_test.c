/* Debug sections that are compressed, and limits of what they may ask for. */
#include "inspector/base/alloc.h"
#include "inspector/base/call.h"
#include "inspector/base/error.h"
#include "inspector/symbols/sections.h"
#include "tests/unit/api/failing_allocator.h"

#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

enum { HEADERS = sizeof(Elf64_Ehdr) + 4 * sizeof(Elf64_Shdr), NAMES = 48 };

static const char names[NAMES] = "\0.shstrtab\0.debug_info\0.debug_str";

/* A file with a .debug_info of so many zeros, compressed, and the same as .debug_str. */
static unsigned char *file_with(uint64_t zeros, uint64_t *size)
{
    uLongf packed = compressBound(zeros);
    unsigned char *plain = gt_calloc(1, zeros);
    unsigned char *file = gt_calloc(1, HEADERS + NAMES + sizeof(Elf64_Chdr) + packed);
    Elf64_Ehdr *header = (Elf64_Ehdr *)file;
    Elf64_Shdr *sections = (Elf64_Shdr *)(header + 1);
    Elf64_Chdr *how = (Elf64_Chdr *)(file + HEADERS + NAMES);

    assert_int_equal(compress((unsigned char *)(how + 1), &packed, plain, zeros), Z_OK);
    gt_free(plain);
    *header = (Elf64_Ehdr){.e_type = ET_EXEC,
                           .e_machine = EM_X86_64,
                           .e_version = EV_CURRENT,
                           .e_shoff = sizeof *header,
                           .e_ehsize = sizeof *header,
                           .e_shentsize = sizeof *sections,
                           .e_shnum = 4,
                           .e_shstrndx = 1};
    memcpy(header->e_ident, ELFMAG "\2\1\1", 7);
    memcpy(file + HEADERS, names, NAMES);
    *how = (Elf64_Chdr){.ch_type = ELFCOMPRESS_ZLIB, .ch_size = zeros, .ch_addralign = 1};
    sections[1] = (Elf64_Shdr){.sh_name = 1,
                               .sh_type = SHT_STRTAB,
                               .sh_offset = HEADERS,
                               .sh_size = NAMES,
                               .sh_addralign = 1};
    sections[2] = (Elf64_Shdr){.sh_name = 11,
                               .sh_type = SHT_PROGBITS,
                               .sh_flags = SHF_COMPRESSED,
                               .sh_offset = HEADERS + NAMES,
                               .sh_size = sizeof *how + packed,
                               .sh_addralign = 8};
    sections[3] = sections[2];
    sections[3].sh_name = 23;
    *size = HEADERS + NAMES + sizeof *how + packed;
    return file;
}

static struct gt_debug_sections *open_sections(const unsigned char *file, uint64_t size)
{
    struct gt_debug_sections *sections = NULL;
    struct gt_error *error = gt_debug_sections_open(file, size, &sections);

    if (error) fail_msg("%s", gt_error_message(error));
    return sections;
}

static size_t lost_of(uint64_t zeros)
{
    uint64_t size;
    unsigned char *file = file_with(zeros, &size);
    struct gt_debug_sections *sections = open_sections(file, size);

    size_t lost = gt_debug_sections_lost(sections);
    gt_debug_sections_close(sections);
    gt_free(file);
    return lost;
}

static void a_section_may_not_ask_for_what_debug_information_never_is(void **state)
{
    (void)state;
    assert_int_equal(lost_of(1 << 20), 0);
    assert_int_equal(lost_of(16 << 20), 0);
    assert_int_equal(lost_of(17 << 20), 2);
}

enum { ZEROS = 1 << 20 };

static void expect_zeros(struct gt_debug_sections *sections, const char *name)
{
    static const unsigned char zeros[ZEROS];
    uint64_t size = 0;
    const unsigned char *bytes = gt_debug_section_bytes(sections, name, &size);

    assert_int_equal(size, ZEROS);
    assert_non_null(bytes);
    assert_memory_equal(bytes, zeros, ZEROS);
}

static void a_section_is_the_same_if_it_is_unpacked_ahead(void **state)
{
    uint64_t size;
    unsigned char *file = file_with(ZEROS, &size);

    (void)state;
    for (unsigned tasks = 0; tasks < 3; tasks++) {
        struct gt_debug_sections *sections = open_sections(file, size);
        for (int times = 0; times < 2; times++)
            gt_debug_sections_read_ahead(sections, tasks);
        expect_zeros(sections, ".debug_str");
        expect_zeros(sections, ".debug_info");
        gt_debug_sections_close(sections);
    }
    gt_free(file);
}

static void a_damaged_section_is_none_if_it_is_unpacked_ahead(void **state)
{
    uint64_t size;
    unsigned char *file = file_with(ZEROS, &size);

    (void)state;
    memset(file + size - 8, 0xff, 8);
    struct gt_debug_sections *sections = open_sections(file, size);
    gt_debug_sections_read_ahead(sections, 1);
    assert_null(gt_debug_section_bytes(sections, ".debug_info", &size));
    gt_debug_sections_close(sections);
    gt_free(file);
}

struct trial {
    struct gt_debug_sections *sections;
    size_t fails; /* the number of the allocation that does */
    bool asks;
};

static struct gt_error *unpack_while_one_fails(void *args)
{
    const struct trial *trial = args;
    uint64_t size;

    begin(trial->fails, false);
    gt_debug_sections_read_ahead(trial->sections, 1);
    if (trial->asks) gt_debug_section_bytes(trial->sections, ".debug_info", &size);
    return NULL;
}

/* The task or the asker lacks memory once. Then the call may fail; nothing else may. */
static void try_once(const unsigned char *file, uint64_t size, struct trial trial)
{
    struct gt_holdings holdings;

    gt_holdings_init(&holdings);
    trial.sections = open_sections(file, size);
    struct gt_error *error = gt_call(&holdings, unpack_while_one_fails, &trial);
    if (!trial.asks && !error) {
        gt_debug_sections_close(trial.sections);
        end();
        return;
    }
    end();
    if (error) assert_int_equal(gt_error_code(error), GT_ERR_MEMORY);
    gt_error_destroy(error);
    if (!holdings.lost) expect_zeros(trial.sections, ".debug_info");
    if (!holdings.lost) expect_zeros(trial.sections, ".debug_str");
    gt_debug_sections_close(trial.sections);
}

static void a_section_without_memory_is_unpacked_later(void **state)
{
    enum { ALLOCATIONS = 16 };
    uint64_t size;
    unsigned char *file = file_with(ZEROS, &size);

    (void)state;
    start_a_thread();
    for (size_t fails = 1; fails <= ALLOCATIONS; fails++) {
        try_once(file, size, (struct trial){NULL, fails, true});
        try_once(file, size, (struct trial){NULL, fails, false});
    }
    gt_free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_section_may_not_ask_for_what_debug_information_never_is),
        cmocka_unit_test(a_section_is_the_same_if_it_is_unpacked_ahead),
        cmocka_unit_test(a_damaged_section_is_none_if_it_is_unpacked_ahead),
        cmocka_unit_test(a_section_without_memory_is_unpacked_later),
    };

    return cmocka_run_group_tests_name("debug sections", tests, NULL, NULL);
}

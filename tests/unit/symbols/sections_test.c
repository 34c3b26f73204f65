/* Debug sections that are compressed, and limits of what they may ask for. */
#include "inspector/base/alloc.h"
#include "inspector/base/error.h"
#include "inspector/symbols/sections.h"

#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

enum { HEADERS = sizeof(Elf64_Ehdr) + 3 * sizeof(Elf64_Shdr), NAMES = 32 };

static const char names[NAMES] = "\0.shstrtab\0.debug_info";

/* A file with a .debug_info of so many zeros, compressed. */
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
                           .e_shnum = 3,
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
    assert_int_equal(lost_of(17 << 20), 1);
}

enum { ZEROS = 1 << 20 };

static void expect_zeros(struct gt_debug_sections *sections)
{
    static const unsigned char zeros[ZEROS];
    uint64_t size = 0;
    const unsigned char *bytes = gt_debug_section_bytes(sections, ".debug_info", &size);

    assert_int_equal(size, ZEROS);
    assert_non_null(bytes);
    assert_memory_equal(bytes, zeros, ZEROS);
}

static void a_section_is_the_same_if_it_is_unpacked_ahead(void **state)
{
    uint64_t size;
    unsigned char *file = file_with(ZEROS, &size);

    (void)state;
    for (int times = 0; times < 3; times++) {
        struct gt_debug_sections *sections = open_sections(file, size);
        for (int i = 0; i < times; i++)
            gt_debug_sections_read_ahead(sections);
        expect_zeros(sections);
        gt_debug_sections_close(sections);
    }
    gt_free(file);
}

static void sections_may_be_closed_before_anybody_asks(void **state)
{
    uint64_t size;
    unsigned char *file = file_with(ZEROS, &size);
    struct gt_debug_sections *sections = open_sections(file, size);

    (void)state;
    gt_debug_sections_read_ahead(sections);
    assert_int_equal(gt_debug_sections_lost(sections), 0);
    gt_debug_sections_close(sections);
    gt_free(file);
}

static void a_damaged_section_is_none_if_it_is_unpacked_ahead(void **state)
{
    uint64_t size;
    unsigned char *file = file_with(ZEROS, &size);

    (void)state;
    memset(file + size - 8, 0xff, 8);
    struct gt_debug_sections *sections = open_sections(file, size);
    gt_debug_sections_read_ahead(sections);
    assert_null(gt_debug_section_bytes(sections, ".debug_info", &size));
    gt_debug_sections_close(sections);
    gt_free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_section_may_not_ask_for_what_debug_information_never_is),
        cmocka_unit_test(a_section_is_the_same_if_it_is_unpacked_ahead),
        cmocka_unit_test(sections_may_be_closed_before_anybody_asks),
        cmocka_unit_test(a_damaged_section_is_none_if_it_is_unpacked_ahead),
    };

    return cmocka_run_group_tests_name("debug sections", tests, NULL, NULL);
}

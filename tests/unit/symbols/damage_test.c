/* Damaged debug sections: every query may fail, none may crash. */
#include "tests/unit/symbols/programs.h"

#include "inspector/symbols/list_headers.h"

#include <elf.h>

static const char text[] = "struct pair { int a; struct pair *b; } pairs[4];\n"
                           "int main(int argc, char **argv)\n"
                           "{ volatile int x = argc; { volatile long y = x; x += y; } (void)argv;\n"
                           "  return x == 7; }\n";

enum { ROUNDS = 3000 };

static uint64_t next(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    return *seed ^= *seed << 17;
}

static void ignore(void *ctx, const struct gt_frame_variable *variable)
{
    *(size_t *)ctx += strlen(variable->name);
}

static void ask_everything(const struct program *p)
{
    struct gt_dwarf *dwarf = NULL;
    struct gt_error *error = gt_dwarf_open_file("a", p->file, p->size, 0, &dwarf);
    if (error) {
        gt_error_destroy(error);
        return;
    }
    const struct gt_facts *facts = gt_dwarf_facts(dwarf);
    struct gt_debug_type type;
    struct gt_debug_global global;
    uint64_t offset, size;
    size_t total = 0;
    gt_dwarf_globals(dwarf, &total);
    facts->field(facts->ctx, "pair", "b", &offset, &size);
    if (facts->global(facts->ctx, "pairs", &global))
        facts->describe(facts->ctx, global.type.debug, &type);
    for (uint64_t debug = 0; debug < 400; debug += 7)
        facts->describe(facts->ctx, debug, &type);
    for (uint64_t pc = 0x401000; pc < 0x401200; pc += 32)
        gt_dwarf_variables(dwarf, pc, 0, ignore, &total);
    gt_dwarf_close(dwarf);
}

/* A debug section's header; NULL when section `index` is no debug section. */
static const Elf64_Shdr *debug_section(const struct program *p, size_t index)
{
    const Elf64_Ehdr *elf = (const void *)p->file;
    const Elf64_Shdr *sections = (const void *)(p->file + elf->e_shoff);
    const char *names = (const char *)p->file + sections[elf->e_shstrndx].sh_offset;
    const Elf64_Shdr *section = &sections[index % elf->e_shnum];
    return strncmp(names + section->sh_name, ".debug_", 7) == 0 ? section : NULL;
}

static void damage(const char *options)
{
    char *command = gt_format("gcc -O0 -no-pie %s a.c -o a", options);
    struct program *p = build_program("a.c", text, command, "a");
    uint64_t seed = 0x9e3779b97f4a7c15;
    gt_free(command);
    for (int round = 0; round < ROUNDS; round++) {
        const Elf64_Shdr *section = debug_section(p, next(&seed));
        if (!section || !section->sh_size) continue;
        unsigned char *at = p->file + section->sh_offset + next(&seed) % section->sh_size;
        unsigned char was = *at;
        *at = (unsigned char)next(&seed);
        ask_everything(p);
        *at = was;
    }
    close_program(p);
}

static void damaged_dwarf_4_is_survived(void **state)
{
    (void)state;
    damage("-gdwarf-4");
}

static void damaged_dwarf_5_is_survived(void **state)
{
    (void)state;
    damage("-gdwarf-5");
}

static void damaged_packed_sections_are_survived(void **state)
{
    (void)state;
    damage("-gdwarf-5 -gz=zlib");
}

/* "Not there" and "could not be read" are different. */
static void faults_are_counted(void **state)
{
    (void)state;
    struct program *p = build_program("a.c", text, "gcc -O0 -no-pie -gdwarf-5 a.c -o a", "a");
    for (size_t i = 0; i < 64; i++) {
        const Elf64_Shdr *section = debug_section(p, i);
        if (section && section->sh_size > 40) /* in .debug_info: past the unit's own entry */
            memset(p->file + section->sh_offset + section->sh_size / 2, 0x7f, section->sh_size / 4);
    }
    open_program(p, 0);
    const struct gt_facts *facts = gt_dwarf_facts(p->dwarf);
    uint64_t size;
    assert_false(facts->type_size(facts->ctx, "no such type", &size));
    assert_true(gt_dwarf_faults(p->dwarf) > 0);
    close_program(p);
}

static void a_file_that_is_cut_short_is_survived(void **state)
{
    (void)state;
    struct program *p = build_program("a.c", text, "gcc -O0 -no-pie -g a.c -o a", "a");
    size_t whole = p->size;
    for (p->size = 0; p->size < whole; p->size += 97)
        ask_everything(p);
    close_program(p);
}

static void damaged_tables_of_lists_are_refused(void **state)
{
    (void)state;
    unsigned char table[] = {12, 0, 0, 0, 5, 0, 8, 0, 1, 0, 0, 0, 4, 0, 0, 0};
    assert_true(gt_list_headers_good(table, sizeof table));
    assert_true(gt_list_headers_good(table, 0));
    assert_false(gt_list_headers_good(table, sizeof table - 1));
    table[8] = 2; /* more offsets than fit */
    assert_false(gt_list_headers_good(table, sizeof table));
    table[8] = 1;
    table[4] = 4; /* not version 5 */
    assert_false(gt_list_headers_good(table, sizeof table));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damaged_dwarf_4_is_survived),
        cmocka_unit_test(damaged_dwarf_5_is_survived),
        cmocka_unit_test(damaged_packed_sections_are_survived),
        cmocka_unit_test(a_file_that_is_cut_short_is_survived),
        cmocka_unit_test(faults_are_counted),
        cmocka_unit_test(damaged_tables_of_lists_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

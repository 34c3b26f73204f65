/* The function table of a module made by hand: queries by pc, and tables with one byte damaged at a
 * time. */
#include "gotypes/code/pclntab.h"
#include "tests/unit/gotypes/target.h"

/*
 * Two functions from 0x401000 on: "main.f" of 0x40 bytes, into which "main.g" is inlined between
 * 0x10 and 0x20, and "main.h" of 0x40 bytes without any table.
 */
enum { TEXT = 0x401000, MAIN_F = 1, MAIN_G = 8, MAIN_H = 15 };
static const char names[] = "\0main.f\0main.g\0main.h";
static const char files[] = "\0f.go\0g.go";

/* pc-value tables: zigzag value deltas from -1, pc deltas; a zero ends each. */
static const unsigned char pctab[] = {
    0,  2,    0x04, 66,   0x3c, 0,       /* 1: spdelta 0 for 4 bytes, then 33 */
    2,  0x10, 2,    0x10, 1,    0x20, 0, /* 6: file 0, 1 while inlined, 0 */
    22, 0x10, 40,   0x10, 39,   0x20, 0, /* 13: line 10, 30, 10 */
    0,  0x10, 2,    0x10, 1,    0x20, 0, /* 20: inline tree -1, 0, -1 */
};
enum { SP_TABLE = 1, FILE_TABLE = 6, LINE_TABLE = 13, TREE_TABLE = 20 };

static struct gt_slice put_table(struct target *target, const void *bytes, size_t size,
                                 uint64_t elem_size)
{
    return (struct gt_slice){put_new(target, bytes, size), size / elem_size, size / elem_size};
}

static void put_func(unsigned char *record, uint32_t entry, uint32_t name)
{
    memset(record, 0, 44);
    memcpy(record, &entry, 4);
    memcpy(record + 4, &name, 4);
}

static void put_main_f(unsigned char *record)
{
    const uint32_t tables[] = {SP_TABLE, FILE_TABLE, LINE_TABLE, 3, 0, 10};
    const uint32_t words[] = {0, 0, TREE_TABLE, UINT32_MAX, UINT32_MAX, UINT32_MAX, 0x20};
    put_func(record, 0, MAIN_F);
    memcpy(record + 16, tables, sizeof tables);
    record[40] = 7; /* funcID */
    record[41] = GT_FUNC_SP_WRITE;
    record[43] = 4; /* nfuncdata */
    memcpy(record + 44, words, sizeof words);
}

static void put_module(struct target *target)
{
    struct gt_module *module = &target->module;
    unsigned char header[72] = {0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8}, records[200] = {0};
    const uint32_t cutab[] = {1, 6};
    const uint32_t ftab[] = {0, 0, 0x40, 100, 0x80, 0};
    put_main_f(records);
    put_func(records + 100, 0x40, MAIN_H);
    module->pcheader = put_new(target, header, sizeof header);
    module->pclntable = put_table(target, records, sizeof records, 1);
    module->ftab = put_table(target, ftab, sizeof ftab, 8);
    module->pctab = put_table(target, pctab, sizeof pctab, 1);
    module->funcnametab = put_table(target, names, sizeof names, 1);
    module->filetab = put_table(target, files, sizeof files, 1);
    module->cutab = put_table(target, cutab, sizeof cutab, 4);
    module->text = module->minpc = TEXT;
    module->etext = module->maxpc = TEXT + 0x80;
    module->gofunc = target_alloc(target, 256);
    put(target, module->gofunc + 0x20 + 4, 4, MAIN_G); /* inlinedCall.nameOff */
    put(target, module->gofunc + 0x20 + 8, 4, 0x0c);   /* .parentPc */
}

static struct gt_pclntab *open_table(struct target *target)
{
    struct gt_pclntab *tab;
    put_module(target);
    assert_null(gt_pclntab_open(&target->mem, &target->module, &target->version, &tab));
    return tab;
}

static void functions_are_found_by_pc(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    struct gt_pclntab *tab = open_table(target);
    struct gt_func func;
    assert_int_equal(gt_pclntab_count(tab), 2);
    assert_true(gt_func_find(tab, TEXT, &func));
    assert_string_equal(gt_func_name(tab, &func), "main.f");
    assert_int_equal(func.id, 7);
    assert_int_equal(func.flag, GT_FUNC_SP_WRITE);
    assert_int_equal(func.start_line, 10);
    assert_true(gt_func_find(tab, TEXT + 0x3f, &func));
    assert_int_equal(func.end, TEXT + 0x40);
    assert_true(gt_func_find(tab, TEXT + 0x7f, &func));
    assert_string_equal(gt_func_name(tab, &func), "main.h");
    assert_false(gt_func_find(tab, TEXT - 1, &func));
    assert_false(gt_func_find(tab, TEXT + 0x80, &func));
    assert_true(gt_func_named(tab, "main.h", &func));
    assert_false(gt_func_named(tab, "main.i", &func));
    gt_pclntab_close(tab);
    target_free(target);
}

static void values_change_with_the_pc(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    struct gt_pclntab *tab = open_table(target);
    struct gt_func func;
    int32_t delta;
    assert_true(gt_func_find(tab, TEXT, &func));
    assert_true(gt_func_spdelta(tab, &func, TEXT + 3, &delta));
    assert_int_equal(delta, 0);
    assert_true(gt_func_spdelta(tab, &func, TEXT + 4, &delta));
    assert_int_equal(delta, 33);
    assert_false(gt_func_spdelta(tab, &func, TEXT + 0x40, &delta));
    assert_int_equal(gt_func_pcdata(tab, &func, GT_PCDATA_INL_TREE, TEXT), -1);
    assert_int_equal(gt_func_pcdata(tab, &func, GT_PCDATA_INL_TREE, TEXT + 0x10), 0);
    assert_int_equal(gt_func_pcdata(tab, &func, GT_PCDATA_STACK_MAP, TEXT), -1);
    assert_int_equal(gt_func_pcdata(tab, &func, 99, TEXT), -1);
    assert_int_equal(gt_func_funcdata(tab, &func, GT_FUNCDATA_INL_TREE),
                     target->module.gofunc + 0x20);
    assert_int_equal(gt_func_funcdata(tab, &func, GT_FUNCDATA_ARGS_MAPS), 0);
    assert_int_equal(gt_func_funcdata(tab, &func, 99), 0);
    gt_pclntab_close(tab);
    target_free(target);
}

static void inlined_calls_come_first(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    struct gt_pclntab *tab = open_table(target);
    struct gt_source_pos pos[4];
    struct gt_func func;
    assert_true(gt_func_find(tab, TEXT, &func));
    assert_int_equal(gt_func_positions(tab, &func, TEXT + 0x14, pos, 4), 2);
    assert_string_equal(pos[0].function, "main.g");
    assert_string_equal(pos[0].file, "g.go");
    assert_int_equal(pos[0].line, 30);
    assert_true(pos[0].inlined);
    assert_string_equal(pos[1].function, "main.f");
    assert_string_equal(pos[1].file, "f.go");
    assert_int_equal(pos[1].line, 10);
    assert_false(pos[1].inlined);
    assert_int_equal(gt_func_positions(tab, &func, TEXT + 0x14, pos, 1), 1);
    assert_string_equal(pos[0].function, "main.f");
    assert_int_equal(gt_func_positions(tab, &func, TEXT, pos, 0), 0);
    gt_pclntab_close(tab);
    target_free(target);
}

static void a_function_without_tables_has_no_position(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    struct gt_pclntab *tab = open_table(target);
    struct gt_source_pos pos[4];
    struct gt_func func;
    assert_true(gt_func_find(tab, TEXT + 0x40, &func));
    assert_int_equal(gt_func_positions(tab, &func, TEXT + 0x40, pos, 4), 1);
    assert_null(pos[0].file);
    assert_int_equal(pos[0].line, 0);
    gt_pclntab_close(tab);
    target_free(target);
}

static void an_inline_tree_in_a_circle_ends(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    struct gt_pclntab *tab = open_table(target);
    struct gt_source_pos pos[8];
    struct gt_func func;
    put(target, target->module.gofunc + 0x20 + 8, 4, 0x14); /* the call is its own parent */
    assert_true(gt_func_find(tab, TEXT, &func));
    assert_int_equal(gt_func_positions(tab, &func, TEXT + 0x14, pos, 8), 8);
    assert_string_equal(pos[7].function, "main.f");
    gt_pclntab_close(tab);
    target_free(target);
}

/* Whatever a byte of the tables is, no query reads outside of them (the sanitizers watch). */
static void damaged_tables_only_fail_questions(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    struct gt_pclntab *tab = open_table(target);
    struct gt_source_pos pos[8];
    struct gt_func func;
    int32_t delta;
    uint64_t end = target->used;
    for (uint64_t at = 64 + 80; at < end; at++) {
        unsigned char was = target->bytes[at];
        target->bytes[at] = 0xff;
        for (uint64_t pc = TEXT; pc < TEXT + 0x80; pc += 5)
            if (gt_func_find(tab, pc, &func)) {
                gt_func_spdelta(tab, &func, pc, &delta);
                gt_func_positions(tab, &func, pc, pos, 8);
            }
        target->bytes[at] = was;
    }
    gt_pclntab_close(tab);
    target_free(target);
}

static void another_format_is_refused(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    struct gt_pclntab *tab;
    put_module(target);
    put(target, target->module.pcheader, 4, 0xfffffffb); /* Go 1.2 to 1.15 */
    struct gt_error *error = gt_pclntab_open(&target->mem, &target->module, &target->version, &tab);
    assert_non_null(error);
    assert_int_equal(gt_error_code(error), GT_ERR_FORMAT);
    gt_error_destroy(error);
    target_free(target);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_are_found_by_pc),
        cmocka_unit_test(values_change_with_the_pc),
        cmocka_unit_test(inlined_calls_come_first),
        cmocka_unit_test(a_function_without_tables_has_no_position),
        cmocka_unit_test(an_inline_tree_in_a_circle_ends),
        cmocka_unit_test(damaged_tables_only_fail_questions),
        cmocka_unit_test(another_format_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

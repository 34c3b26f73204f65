/* Kept lists: globals, variables of frames, captured variables and descriptions of types. A Go
 * program's are asked for twice, and the second time nothing of its debug information is read. It
 * needs the go command; without it every test is skipped with that reason. */
#include "tests/unit/symbols/programs.h"

#include "inspector/symbols/symbols_impl.h"

#include <inttypes.h>

static const char text[] =
    "package main\n"
    "import (\"fmt\"; \"runtime\"; \"unsafe\")\n"
    "type shelf struct { rows [3]string; next *shelf; any interface{}; byName map[string]*shelf }\n"
    "var cache = map[string]*shelf{}\n"
    "var opened func() int\n"
    "//go:noinline\n"
    "func use(a *[6]*int, s *shelf) int { return len(a) + len(s.rows) }\n"
    "//go:noinline\n"
    "func work(n int) int {\n"
    "  var numbers [6]*int\n"
    "  kept := &shelf{}\n"
    "  name := fmt.Sprint(n)\n"
    "  opened = func() int { kept.rows[0] = name; return use(&numbers, kept) }\n"
    "  pc, _, _, _ := runtime.Caller(0)\n"
    "  fmt.Println(\"pc\", pc)\n"
    "  fmt.Println(\"closure\", **(**uintptr)(unsafe.Pointer(&opened)))\n"
    "  return use(&numbers, kept) + opened() }\n"
    "func main() {\n"
    "  cache[\"a\"] = &shelf{}\n"
    "  work(len(cache)) }\n";

enum { BASE = 0x500000, NOWHERE = 16 };

/* ---- all answers, as a text ------------------------------------------------------------------ */

static void add_type(FILE *out, struct gt_type_ref type)
{
    fprintf(out, " type 0x%" PRIx64 " 0x%" PRIx64, type.rtype, type.debug);
}

static void add_globals(FILE *out, struct gt_dwarf *dwarf)
{
    size_t count;
    const struct gt_debug_global *list = gt_dwarf_globals(dwarf, &count);

    for (size_t i = 0; i < count; i++) {
        fprintf(out, "global %s 0x%" PRIx64 " %" PRIu64, list[i].name, list[i].addr, list[i].size);
        add_type(out, list[i].type);
        fputc('\n', out);
    }
}

static void add_variable(void *ctx, const struct gt_frame_variable *of)
{
    fprintf(ctx, "variable %s 0x%" PRIx64 " %" PRIu64 " at %" PRIu64 " of 0x%" PRIx64 " %" PRIu64,
            of->name, of->addr, of->size, of->piece_offset, of->entry, of->parameter);
    add_type(ctx, of->type);
    fputc('\n', ctx);
}

static void add_variables(FILE *out, struct gt_dwarf *dwarf, uint64_t pc)
{
    bool found = gt_dwarf_variables(dwarf, pc, 0x1000, add_variable, out);
    bool in_registers = gt_dwarf_register_variables(dwarf, pc, add_variable, out);

    fprintf(out, "function at 0x%" PRIx64 ": %d %d\n", pc, found, in_registers);
}

static void add_captured(void *ctx, const struct gt_captured *captured)
{
    fprintf(ctx, "captured %s %" PRIu64, captured->name, captured->offset);
    add_type(ctx, captured->type);
    fputc('\n', ctx);
}

static void add_description(FILE *out, struct gt_dwarf *dwarf, uint64_t debug)
{
    struct gt_debug_type type;

    if (!gt_dwarf_describe(dwarf, debug, &type)) {
        fprintf(out, "0x%" PRIx64 " is no type\n", debug);
        return;
    }
    fprintf(out, "%s %u %" PRIu64 " %" PRIu64, type.name, type.kind, type.size, type.len);
    add_type(out, type.elem);
    add_type(out, type.key);
    for (size_t i = 0; i < type.field_count; i++) {
        fprintf(out, "\n  %s %" PRIu64, type.fields[i].name, type.fields[i].offset);
        add_type(out, type.fields[i].type);
    }
    fputc('\n', out);
}

/* What a global's type leads to. */
static void add_descriptions(FILE *out, struct gt_dwarf *dwarf)
{
    struct gt_debug_type type;
    size_t count;
    const struct gt_debug_global *list = gt_dwarf_globals(dwarf, &count);

    for (size_t i = 0; i < count; i++) {
        if (!list[i].type.debug) continue;
        add_description(out, dwarf, list[i].type.debug);
        if (!gt_dwarf_describe(dwarf, list[i].type.debug, &type)) continue;
        if (type.elem.debug) add_description(out, dwarf, type.elem.debug);
    }
}

/* The caller frees it. */
static char *answers(const struct program *p, struct gt_dwarf *dwarf)
{
    char *all = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&all, &size);

    add_globals(out, dwarf);
    add_variables(out, dwarf, (uint64_t)truth(p, "pc", 0));
    add_variables(out, dwarf, NOWHERE);
    gt_dwarf_captured(dwarf, (uint64_t)truth(p, "closure", 0), add_captured, out);
    gt_dwarf_captured(dwarf, NOWHERE, add_captured, out);
    add_descriptions(out, dwarf);
    add_description(out, dwarf, NOWHERE);
    fclose(out);
    return all;
}

/* ---- handles --------------------------------------------------------------------------------- */

static struct gt_dwarf *open_keeping(const struct program *p)
{
    struct gt_dwarf *dwarf;

    assert_null(gt_dwarf_open_file("program", p->file, p->size, 0, &dwarf));
    dwarf->kept.used = true;
    gt_kept_table_init(&dwarf->kept.table);
    return dwarf;
}

static void expect_answers(const struct program *p, struct gt_dwarf *dwarf, const char *expected)
{
    char *all = answers(p, dwarf);

    assert_string_equal(all, expected);
    free(all);
}

/* With the base of types, which is known later, too. */
struct expected {
    char *without_base, *with_base;
};

static struct expected expect(const struct program *p)
{
    struct gt_dwarf *dwarf;
    struct expected expected;

    assert_null(gt_dwarf_open_file("program", p->file, p->size, 0, &dwarf));
    expected.without_base = answers(p, dwarf);
    gt_dwarf_set_types_base(dwarf, BASE);
    expected.with_base = answers(p, dwarf);
    assert_string_not_equal(expected.without_base, expected.with_base);
    gt_dwarf_close(dwarf);
    return expected;
}

static struct program *build(struct expected *expected)
{
    if (system("go version >/dev/null 2>&1") != 0) {
        print_message("skipped: there is no go command\n");
        skip();
    }
    struct program *p = build_program("a.go", text, "CGO_ENABLED=0 go build -o a a.go", "a");
    *expected = expect(p);
    return p;
}

static void finish(struct program *p, struct expected *expected)
{
    free(expected->without_base);
    free(expected->with_base);
    close_program(p);
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void answers_tell_something(void **state)
{
    static const char *const parts[] = {
        "global main.cache", "variable &numbers", "variable kept",      "captured kept 8",
        "captured name",     "map[string]*main",  "function at 0x10: 0"};
    struct expected expected;
    struct program *p = build(&expected);

    (void)state;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!strstr(expected.without_base, parts[i])) fail_msg("no %s", parts[i]);
    finish(p, &expected);
}

static void kept_lists_are_what_was_asked(void **state)
{
    struct expected expected;
    struct program *p = build(&expected);
    struct gt_dwarf *first = open_keeping(p), *second = open_keeping(p);
    struct gt_vec form = {.elem_size = 1};

    (void)state;
    expect_answers(p, first, expected.without_base);
    assert_true(first->index.started);
    gt_kept_table_write(&first->kept.table, "p", 1, SIZE_MAX, &form);
    assert_true(gt_kept_table_read(&second->kept.table, "p", 1, form.data, form.len));
    gt_dwarf_set_types_base(second, BASE);
    expect_answers(p, second, expected.with_base);
    assert_false(second->index.started);
    assert_int_equal(second->infos.len, 0);
    assert_int_equal(second->kept.table.fresh, 0);
    gt_vec_deinit(&form);
    gt_dwarf_close(first);
    gt_dwarf_close(second);
    finish(p, &expected);
}

/* Adds a row's answer, with a list that is cut off or has bytes behind it. */
static void damage(struct gt_kept_table *to, const struct gt_kept_row *row, bool longer)
{
    struct gt_kept_answer answer = row->answer;
    unsigned char *list = gt_calloc(1, answer.size + (size_t)1);

    memcpy(list, answer.list, answer.size);
    answer.list = list;
    answer.size = longer ? answer.size + 1 : answer.size - 1;
    gt_kept_table_add(to, row->question, answer);
    gt_free(list);
}

/* As it would be after a reading. */
static void age(struct gt_kept_table *table)
{
    struct gt_vec form = {.elem_size = 1};

    gt_kept_table_write(table, "p", 1, SIZE_MAX, &form);
    gt_vec_deinit(&form);
}

/* Lists of one kind are damaged. They are made again, and replaced. */
static void expect_made_again(const struct program *p, const struct gt_dwarf *good, char kind,
                              bool longer, const char *expected)
{
    struct gt_dwarf *bad = open_keeping(p);
    size_t damaged = 0;

    for (size_t i = 0; i < good->kept.table.list.len; i++) {
        const struct gt_kept_row *row = gt_vec_at(&good->kept.table.list, i);
        bool is = row->question[0] == kind;
        damaged += is;
        if (is)
            damage(&bad->kept.table, row, longer);
        else
            gt_kept_table_add(&bad->kept.table, row->question, row->answer);
    }
    age(&bad->kept.table);
    expect_answers(p, bad, expected);
    assert_true(damaged);
    assert_int_equal(bad->kept.table.fresh, damaged);
    gt_dwarf_close(bad);
}

static void damaged_lists_are_made_again(void **state)
{
    static const char kinds[] = {GT_ALL_GLOBALS, GT_FRAME_PLACES, GT_CAPTURED, GT_DESCRIPTION};
    struct expected expected;
    struct program *p = build(&expected);
    struct gt_dwarf *good = open_keeping(p);

    (void)state;
    expect_answers(p, good, expected.without_base);
    for (size_t i = 0; i < sizeof kinds; i++)
        for (int longer = 0; longer <= 1; longer++)
            expect_made_again(p, good, kinds[i], longer, expected.without_base);
    gt_dwarf_close(good);
    finish(p, &expected);
}

/* The lists of locations and ranges are in sections that the subject says nothing of. */
static void places_of_other_lists_are_not_believed(void **state)
{
    struct expected expected;
    struct program *p = build(&expected);
    struct gt_dwarf *dwarf = open_keeping(p);
    struct gt_vec list = {.elem_size = 1};
    uint64_t pc = (uint64_t)truth(p, "pc", 0);

    (void)state;
    gt_put_number(&list, (uint64_t)gt_debug_lists_crc(dwarf->sections) ^ 1);
    gt_put_number(&list, 0);
    gt_keep_list(dwarf, GT_FRAME_PLACES, pc, &list);
    expect_answers(p, dwarf, expected.without_base);
    gt_vec_deinit(&list);
    gt_dwarf_close(dwarf);
    finish(p, &expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_tell_something),
        cmocka_unit_test(kept_lists_are_what_was_asked),
        cmocka_unit_test(damaged_lists_are_made_again),
        cmocka_unit_test(places_of_other_lists_are_not_believed),
    };

    return cmocka_run_group_tests_name("kept lists", tests, NULL, NULL);
}

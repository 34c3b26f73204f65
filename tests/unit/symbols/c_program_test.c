/* C programs in DWARF 4 and 5, compressed and not, compared with what they print. */
#include "tests/unit/symbols/programs.h"

#include "gotypes/types/types.h"

static const char text[] =
    "#include <stdio.h>\n"
    "typedef struct { short tag; struct { char pad[5]; double ratio; } inner; } box;\n"
    "struct record { struct record *next; const char *name; box boxes[2][3]; unsigned flag : 3; "
    "};\n"
    "typedef struct record record_t;\n"
    "struct record table[7];\n"
    "static int counter = 3;\n"
    "enum shade { LIGHT, DARK } shade;\n"
    "#define SAY(v) printf(#v \" %ld\\n\", (long)((char *)&v - (char *)__builtin_dwarf_cfa()))\n"
    "__attribute__((noinline)) int work(int depth, record_t *record)\n"
    "{\n"
    "    volatile long outer = depth;\n"
    "    {\n"
    "        volatile char inner[40];\n"
    "        inner[0] = 1;\n"
    "inside:\n"
    "        printf(\"pc %ld\\n\", (long)&&inside);\n"
    "        SAY(depth); SAY(record); SAY(outer); SAY(inner);\n"
    "    }\n"
    "    counter += outer;\n"
    "    { volatile int other = 2; counter += other; }\n"
    "    return counter + (record->next != 0);\n"
    "}\n"
    "int main(int argc, char **argv)\n"
    "{\n"
    "    (void)argv;\n"
    "    printf(\"table %ld %ld\\n\", (long)table, (long)sizeof table);\n"
    "    printf(\"counter %ld\\n\", (long)&counter);\n"
    "    printf(\"ratio %ld\\n\", (long)&((box *)0)->inner.ratio);\n"
    "    printf(\"boxes %ld\\n\", (long)&((record_t *)0)->boxes);\n"
    "    printf(\"record_size %ld\\n\", (long)sizeof(record_t));\n"
    "    return work(argc, table) < 0;\n"
    "}\n";

static void check_layout(struct program *p)
{
    const struct gt_facts *facts = p->facts;
    uint64_t offset = 0, size = 0;
    assert_true(facts->field(facts->ctx, "box", "inner.ratio", &offset, &size));
    assert_int_equal(offset, truth(p, "ratio", 0));
    assert_int_equal(size, sizeof(double));
    assert_true(facts->field(facts->ctx, "record_t", "boxes", &offset, &size));
    assert_int_equal(offset, truth(p, "boxes", 0));
    assert_true(facts->type_size(facts->ctx, "record", &size));
    assert_int_equal(size, truth(p, "record_size", 0));
    assert_false(facts->field(facts->ctx, "record", "boxes.ratio", &offset, &size));
    assert_false(facts->field(facts->ctx, "record", "", &offset, &size));
    assert_false(facts->field(facts->ctx, "record", "next..name", &offset, &size));
    assert_false(facts->field(facts->ctx, "absent", "x", &offset, &size));
}

static void check_types(struct program *p)
{
    const struct gt_facts *facts = p->facts;
    struct gt_debug_global global;
    struct gt_debug_type array, record, boxes, pointer;
    assert_true(facts->global(facts->ctx, "table", &global));
    assert_true(facts->describe(facts->ctx, global.type.debug, &array));
    assert_int_equal(array.kind, GT_T_ARRAY);
    assert_int_equal(array.len, 7);
    assert_true(facts->describe(facts->ctx, array.elem.debug, &record));
    assert_int_equal(record.kind, GT_T_STRUCT);
    assert_string_equal(record.name, "record");
    assert_int_equal(record.field_count, 4);
    assert_true(facts->describe(facts->ctx, record.fields[2].type.debug, &boxes));
    assert_int_equal(boxes.len, 6);
    assert_true(facts->describe(facts->ctx, record.fields[0].type.debug, &pointer));
    assert_int_equal(pointer.kind, GT_T_POINTER);
    assert_int_equal(pointer.elem.debug, array.elem.debug);
    assert_false(facts->describe(facts->ctx, 0, &record));
    assert_false(facts->describe(facts->ctx, UINT64_MAX, &record));
}

static void check_globals(struct program *p)
{
    struct gt_debug_global global;
    size_t count = 0;
    assert_true(p->facts->global(p->facts->ctx, "table", &global));
    assert_int_equal(global.addr, truth(p, "table", 0));
    assert_int_equal(global.size, truth(p, "table", 1));
    assert_true(p->facts->global(p->facts->ctx, "counter", &global));
    assert_int_equal(global.addr, truth(p, "counter", 0));
    const struct gt_debug_global *list = gt_dwarf_globals(p->dwarf, &count);
    assert_int_equal(count, 3);
    for (size_t i = 1; i < count; i++)
        assert_true(list[i - 1].addr <= list[i].addr);
}

static void check_frame(struct program *p)
{
    const char *const names[] = {"depth", "record", "outer", "inner"};
    const uint64_t cfa = 0x7fff00001000, pc = (uint64_t)truth(p, "pc", 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct seen seen = see_variable(p, pc, cfa, names[i]);
        assert_int_equal(seen.count, 1);
        assert_int_equal(seen.found.addr - cfa, truth(p, names[i], 0));
    }
    assert_int_equal(see_variable(p, pc, cfa, "inner").found.size, 40);
    assert_int_equal(see_variable(p, pc, cfa, "other").count, 0);
    assert_false(gt_dwarf_variables(p->dwarf, 16, cfa, look_for, NULL));
}

static void check(const char *options)
{
    char *command = gt_format("gcc -O0 -no-pie -fno-omit-frame-pointer %s a.c -o a 2>&1", options);
    struct program *p = build_program("a.c", text, command, "a");
    gt_free(command);
    open_program(p, 0);
    check_layout(p);
    check_types(p);
    check_globals(p);
    check_frame(p);
    assert_int_equal(gt_dwarf_faults(p->dwarf), 0);
    close_program(p);
}

static void dwarf_4_of_c_is_read(void **state)
{
    (void)state;
    check("-gdwarf-4");
}

static void dwarf_5_of_c_is_read(void **state)
{
    (void)state;
    check("-gdwarf-5");
}

static void packed_sections_are_read(void **state)
{
    (void)state;
    check("-gdwarf-4 -gz=zlib");
    check("-gdwarf-5 -gz=zlib");
}

static void addresses_have_the_load_bias(void **state)
{
    (void)state;
    struct program *p = build_program("a.c", text, "gcc -O0 -no-pie -g a.c -o a", "a");
    const uint64_t bias = 0x10000000;
    struct gt_debug_global global;
    open_program(p, bias);
    assert_true(p->facts->global(p->facts->ctx, "table", &global));
    assert_int_equal(global.addr, (uint64_t)truth(p, "table", 0) + bias);
    struct seen seen = see_variable(p, (uint64_t)truth(p, "pc", 0) + bias, 0, "outer");
    assert_int_equal((int64_t)seen.found.addr, truth(p, "outer", 0));
    close_program(p);
}

static void a_program_without_dwarf_is_an_error(void **state)
{
    (void)state;
    struct program *p = build_program("a.c", text, "gcc -s a.c -o a", "a");
    struct gt_error *error = gt_dwarf_open_file("a", p->file, p->size, 0, &p->dwarf);
    assert_non_null(error);
    assert_int_equal(gt_error_code(error), GT_ERR_MISSING);
    gt_error_destroy(error);
    error = gt_dwarf_open_file("a", (const unsigned char *)"junk", 4, 0, &p->dwarf);
    assert_int_equal(gt_error_code(error), GT_ERR_FORMAT);
    gt_error_destroy(error);
    close_program(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dwarf_4_of_c_is_read),
        cmocka_unit_test(dwarf_5_of_c_is_read),
        cmocka_unit_test(packed_sections_are_read),
        cmocka_unit_test(addresses_have_the_load_bias),
        cmocka_unit_test(a_program_without_dwarf_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

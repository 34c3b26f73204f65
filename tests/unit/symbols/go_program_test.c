/*
 * A Go program's DWARF, compared with what the program prints. It needs the go command; without it
 * every test is skipped with that reason. Variables have pointers: others on the stack have no
 * location.
 */
#include "tests/unit/symbols/programs.h"

#include "gotypes/types/types.h"
#include "inspector/symbols/symbols_impl.h"

static const char text[] =
    "package main\n"
    "import (\"fmt\"; \"runtime\"; \"unsafe\")\n"
    "type shelf struct { rows [3]string; next *shelf }\n"
    "type session struct {\n"
    "  id int; shelf; tags []string; byName map[string]*shelf; done chan int32\n"
    "  any interface{}; named fmt.Stringer; call func(int) string; raw unsafe.Pointer }\n"
    "const Limit = -1234567\n"
    "var cache = map[string]*session{}\n"
    "type eface struct { typ, data uintptr }\n"
    "func rtype(name string, v interface{}) {\n"
    "  fmt.Println(name, (*eface)(unsafe.Pointer(&v)).typ) }\n"
    "//go:noinline\n"
    "func touch(a *[6]*int, b *[2]string) int { return len(a) + len(b[1]) }\n"
    "//go:noinline\n"
    "func fill(n int) (a [6]*int) { a[n] = nil; return }\n"
    "//go:noinline\n"
    "func label(n int) (a [2]string) { a[1] = \"x\"; return }\n"
    "//go:noinline\n"
    "func work(n int) int {\n"
    "  numbers := fill(n)\n"
    "  words := label(n)\n"
    "  pc, _, _, _ := runtime.Caller(0)\n"
    "  r := touch(&numbers, &words)\n"
    "  fmt.Println(\"apart\", int(uintptr(unsafe.Pointer(&words))) - "
    "int(uintptr(unsafe.Pointer(&numbers))))\n"
    "  fmt.Println(\"pc\", pc)\n"
    "  return r + touch(&numbers, &words) }\n"
    "func main() {\n"
    "  var s session\n"
    "  fmt.Println(\"size\", unsafe.Sizeof(s))\n"
    "  fmt.Println(\"done\", unsafe.Offsetof(s.done))\n"
    "  fmt.Println(\"next\", unsafe.Offsetof(s.next))\n"
    "  fmt.Println(\"cache\", uintptr(unsafe.Pointer(&cache)))\n"
    "  rtype(\"main.session\", s); rtype(\"int\", s.id); rtype(\"uintptr\", uintptr(work(3)))\n"
    "  rtype(\"string\", s.rows[0]); rtype(\"map[string]*main.shelf\", s.byName)\n"
    "  rtype(\"*main.shelf\", s.next); rtype(\"chan int32\", s.done); rtype(\"[]string\", s.tags)\n"
    "  rtype(\"unsafe.Pointer\", s.raw); rtype(\"func(int) string\", s.call) }\n";

static void check_facts(struct program *p)
{
    const struct gt_facts *facts = p->facts;
    struct gt_debug_global global;
    uint64_t offset = 0, size = 0;
    int64_t limit = 0;
    assert_true(facts->type_size(facts->ctx, "main.session", &size));
    assert_int_equal(size, truth(p, "size", 0));
    assert_true(facts->field(facts->ctx, "main.session", "done", &offset, &size));
    assert_int_equal(offset, truth(p, "done", 0));
    assert_true(facts->field(facts->ctx, "main.session", "shelf.next", &offset, &size));
    assert_int_equal(offset, truth(p, "next", 0));
    assert_true(facts->constant(facts->ctx, "main.Limit", &limit));
    assert_int_equal(limit, -1234567);
    assert_true(facts->constant(facts->ctx, "runtime.waitReasonSelect", &limit));
    assert_true(facts->global(facts->ctx, "main.cache", &global));
    assert_int_equal(global.addr, truth(p, "cache", 0));
    assert_true(facts->field(facts->ctx, "runtime.g", "sched.sp", &offset, &size));
}

static void check_type_by_name(struct program *p)
{
    const struct gt_facts *facts = p->facts;
    struct gt_debug_type session;
    struct gt_type_ref ref;
    assert_true(facts->type_named(facts->ctx, "main.session", &ref));
    assert_true(facts->describe(facts->ctx, ref.debug, &session));
    assert_string_equal(session.name, "main.session");
    assert_false(facts->type_named(facts->ctx, "main.sess", &ref));
}

/* By the references of the fields. */
static void check_kinds(struct program *p)
{
    const unsigned kinds[] = {GT_T_INT,       GT_T_STRUCT, GT_T_SLICE,
                              GT_T_MAP,       GT_T_CHAN,   GT_T_INTERFACE,
                              GT_T_INTERFACE, GT_T_FUNC,   GT_T_UNSAFE_POINTER};
    struct gt_debug_type session, field;
    uint64_t offset = 0;
    assert_true(gt_index_find(p->dwarf, &p->dwarf->index.types, "main.session", &offset));
    assert_true(p->facts->describe(p->facts->ctx, offset, &session));
    assert_int_equal(session.field_count, sizeof kinds / sizeof *kinds);
    for (size_t i = 0; i < session.field_count; i++) {
        assert_true(p->facts->describe(p->facts->ctx, session.fields[i].type.debug, &field));
        assert_int_equal(field.kind, kinds[i]);
        if (field.kind == GT_T_MAP) assert_true(field.key.debug && field.elem.debug);
        if (field.kind == GT_T_INTERFACE)
            assert_string_equal(field.fields[0].name, i == 5 ? "_type" : "tab");
    }
}

static uint64_t rtype_by_name(struct program *p, const char *name)
{
    uint64_t offset = 0;
    assert_true(gt_index_find(p->dwarf, &p->dwarf->index.types, name, &offset));
    return gt_type_ref(p->dwarf, offset).rtype;
}

/* moduledata.types is computed from one type; the others must then agree. */
static void check_rtypes(struct program *p)
{
    const char *const names[] = {
        "int",        "uintptr",     "string",           "[]string",
        "chan int32", "*main.shelf", "func(int) string", "map[string]*main.shelf"};
    uint64_t offset = 0;
    assert_true(gt_index_find(p->dwarf, &p->dwarf->index.types, "main.session", &offset));
    assert_int_equal(rtype_by_name(p, "main.session"), 0);
    uint64_t attribute = gt_type_info(p->dwarf, offset)->runtime_type;
    gt_dwarf_set_types_base(p->dwarf, (uint64_t)truth(p, "main.session", 0) - attribute);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(rtype_by_name(p, names[i]), truth(p, names[i], 0));
    assert_int_equal(gt_type_ref(p->dwarf, offset).debug, 0);
    struct gt_type_ref ref;
    assert_true(p->facts->type_named(p->facts->ctx, "main.session", &ref));
    assert_int_equal(ref.rtype, truth(p, "main.session", 0));
}

static void check_frame(struct program *p)
{
    uint64_t pc = (uint64_t)truth(p, "pc", 0);
    struct seen numbers = see_variable(p, pc, 0x1000, "numbers");
    struct seen words = see_variable(p, pc, 0x1000, "words");
    assert_int_equal(numbers.count, 1);
    assert_int_equal(words.count, 1);
    assert_int_equal(numbers.found.size, 48);
    assert_int_equal(words.found.size, 32);
    assert_int_equal(words.found.addr - numbers.found.addr, truth(p, "apart", 0));
}

/* Opens a position-independent program again, at its load address. */
static void reopen_where_loaded(struct program *p)
{
    struct gt_debug_global global;
    assert_true(p->facts->global(p->facts->ctx, "main.cache", &global));
    uint64_t bias = (uint64_t)truth(p, "cache", 0) - global.addr;
    gt_dwarf_close(p->dwarf);
    open_program(p, bias);
}

/* The runtime's unit and that of the types come early. */
static void check_what_is_left_unread(struct program *p)
{
    uint64_t offset, size;

    assert_true(p->facts->field(p->facts->ctx, "runtime.g", "goid", &offset, &size));
    assert_true(p->dwarf->index.started);
    assert_false(p->dwarf->index.done);
}

static void check(const char *flags)
{
    if (system("go version >/dev/null 2>&1") != 0) {
        print_message("skipped: there is no go command\n");
        skip();
    }
    char *command = gt_format("CGO_ENABLED=0 go build %s -o a a.go", flags);
    struct program *p = build_program("a.go", text, command, "a");
    gt_free(command);
    open_program(p, 0);
    check_what_is_left_unread(p);
    reopen_where_loaded(p);
    check_facts(p);
    check_type_by_name(p);
    check_kinds(p);
    check_frame(p);
    check_rtypes(p);
    check_frame(p);
    assert_int_equal(gt_dwarf_faults(p->dwarf), 0);
    close_program(p);
}

static void packed_dwarf_of_go_is_read(void **state)
{
    (void)state;
    check("");
}

static void unpacked_dwarf_of_go_is_read(void **state)
{
    (void)state;
    check("-ldflags=-compressdwarf=false");
}

static void a_position_independent_program_is_read(void **state)
{
    (void)state;
    check("-buildmode=pie");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(packed_dwarf_of_go_is_read),
                                       cmocka_unit_test(unpacked_dwarf_of_go_is_read),
                                       cmocka_unit_test(a_position_independent_program_is_read)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

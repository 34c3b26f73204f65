/* Types from rtypes and from debug information, and what is refused as no type. */
#include "gotypes/types/types.h"
#include "tests/unit/gotypes/target.h"

static void rtypes_are_described_once(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    uint64_t number = put_int(target), pointer = put_pointer(target, "*int", number);
    struct gt_types *types = open_types(target);
    gt_type_id id = gt_types_at(types, pointer);
    assert_int_equal(id, 1);
    assert_int_equal(gt_types_at(types, pointer), id);
    assert_string_equal(gt_types_name(types, id), "*int");
    assert_string_equal(gt_types_name(types, gt_types_elem(types, id)), "int");
    assert_int_equal(gt_types_count(types), 2);
    assert_string_equal(gt_types_name(types, GT_NO_TYPE), "?");
    gt_types_destroy(types);
    target_free(target);
}

static void an_extra_star_is_taken_off(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    uint64_t at = put_rtype(target, (struct rtype){GT_T_INT, "*main.ID", 8, 0, 0, 2 | 4});
    struct gt_types *types = open_types(target);
    assert_string_equal(gt_types_name(types, gt_types_at(types, at)), "main.ID");
    gt_types_destroy(types);
    target_free(target);
}

static void direct_interfaces_are_known_in_both_ways(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    struct rtype old = {GT_T_UNSAFE_POINTER | 32, "a", 8, 8, put_mask(target, 1), 0};
    struct rtype new = {GT_T_UNSAFE_POINTER, "b", 8, 8, old.gcdata, 32};
    uint64_t first = put_rtype(target, old), second = put_rtype(target, new);
    uint64_t third = put_string(target);
    struct gt_types *types = open_types(target);
    assert_true(gt_types_get(types, gt_types_at(types, first))->direct_iface);
    assert_true(gt_types_get(types, gt_types_at(types, second))->direct_iface);
    assert_false(gt_types_get(types, gt_types_at(types, third))->direct_iface);
    gt_types_destroy(types);
    target_free(target);
}

static void interfaces_with_methods_are_ifaces(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    struct rtype any = {GT_T_INTERFACE, "interface {}", 16, 16, put_mask(target, 2), 0};
    uint64_t empty = put_rtype(target, any), full = put_rtype(target, any);
    put64(target, full + 64, 1);
    struct gt_types *types = open_types(target);
    assert_true(gt_types_get(types, gt_types_at(types, empty))->empty_interface);
    assert_false(gt_types_get(types, gt_types_at(types, full))->empty_interface);
    gt_types_destroy(types);
    target_free(target);
}

static void an_itab_names_its_dynamic_type(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    uint64_t number = put_int(target), itab = target_alloc(target, 32);
    put64(target, itab + 8, number);
    put(target, number + 16, 4, 0x1234);
    put(target, itab + 16, 4, 0x1234);
    struct gt_types *types = open_types(target);
    assert_string_equal(gt_types_name(types, gt_types_of_itab(types, itab)), "int");
    assert_int_equal(gt_types_of_itab(types, 0), GT_NO_TYPE);
    assert_int_equal(gt_types_of_itab(types, 0x10), GT_NO_TYPE);
    put(target, itab + 16, 4, 0x1235);
    assert_int_equal(gt_types_of_itab(types, itab), GT_NO_TYPE);
    gt_types_destroy(types);
    target_free(target);
}

static void what_makes_no_sense_is_no_type(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    const struct rtype wrong[] = {
        {27, "kind", 8, 0, 0, 0},
        {0, "no kind", 8, 0, 0, 0},
        {GT_T_INT, "size", 16, 0, 0, 0},
        {GT_T_STRUCT, "pointers past the end", 8, 16, 0, 0},
        {GT_T_STRUCT, "odd pointers", 8, 3, 0, 0},
        {GT_T_STRUCT, "huge", (uint64_t)1 << 50, 0, 0, 0},
        {GT_T_POINTER, "to nothing", 8, 8, 0, 0},
        {GT_T_INT, NULL, 8, 0, 0, 0},
    };
    struct gt_types *types = open_types(target);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(gt_types_at(types, put_rtype(target, wrong[i])), GT_NO_TYPE);
    assert_int_equal(gt_types_at(types, 0), GT_NO_TYPE);
    assert_int_equal(gt_types_at(types, 0x10), GT_NO_TYPE);
    assert_int_equal(gt_types_at(types, TARGET_BASE + TARGET_SIZE - 8), GT_NO_TYPE);
    assert_int_equal(gt_types_count(types), 0);
    gt_types_destroy(types);
    target_free(target);
}

static void fields_that_are_not_there_are_no_struct(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    const struct field fields[] = {{"a", put_int(target), 0}, {"b", put_int(target), 8}};
    struct rtype shape = {0, "main.S", 16, 0, 0, 0};
    uint64_t good = put_struct(target, shape, fields, 2),
             bad = put_struct(target, shape, fields, 2);
    put64(target, bad + 64, (uint64_t)1 << 60);
    struct gt_types *types = open_types(target);
    gt_type_id id = gt_types_at(types, good);
    assert_int_equal(gt_types_get(types, id)->field_count, 2);
    assert_string_equal(gt_types_get(types, id)->fields[1].name, "b");
    assert_int_equal(gt_types_at(types, bad), GT_NO_TYPE);
    gt_types_destroy(types);
    target_free(target);
}

static void an_array_must_measure_what_its_elements_do(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    struct rtype shape = {0, "[3]int", 24, 0, 0, 0};
    uint64_t number = put_int(target);
    uint64_t good = put_array(target, shape, number, 3), bad = put_array(target, shape, number, 4);
    struct gt_types *types = open_types(target);
    assert_int_equal(gt_types_get(types, gt_types_at(types, good))->len, 3);
    assert_int_equal(gt_types_at(types, bad), GT_NO_TYPE);
    gt_types_destroy(types);
    target_free(target);
}

static void types_made_at_run_time_have_no_name(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    uint64_t number = put_int(target);
    target->module.etypes = TARGET_BASE + 16;
    put(target, number + 40, 4, (uint32_t)-5);
    struct gt_types *types = open_types(target);
    assert_string_equal(gt_types_name(types, gt_types_at(types, number)), "?");
    assert_int_equal(gt_types_count(types), 1);
    gt_types_destroy(types);
    target_free(target);
}

/* ---- debug types: 1 is struct {n C.int; p *2; s [4]3}, 2 is unknown, 3 is struct {q *int} ---- */

struct debug {
    uint64_t rtype; /* of int */
    unsigned asked;
};

static bool describe(void *ctx, uint64_t debug, struct gt_debug_type *out)
{
    static const struct gt_debug_field outer[] = {
        {"n", 0, {.debug = 5}}, {"p", 8, {.debug = 4}}, {"s", 16, {.debug = 6}}};
    static const struct gt_debug_field inner[] = {{"n", 0, {.debug = 5}}, {"q", 8, {.debug = 4}}};
    static const struct gt_debug_field circle[] = {{"c", 0, {.debug = 7}}};
    struct debug *known = ctx;
    known->asked++;
    switch (debug) {
    case 1:
        *out = (struct gt_debug_type){
            .kind = GT_T_STRUCT, .name = "C.outer", .size = 80, .fields = outer, .field_count = 3};
        return true;
    case 3:
        *out = (struct gt_debug_type){
            .kind = GT_T_STRUCT, .name = "C.inner", .size = 16, .fields = inner, .field_count = 2};
        return true;
    case 4:
        *out = (struct gt_debug_type){
            .kind = GT_T_POINTER, .name = "*C.inner", .size = 8, .elem = {.debug = 3}};
        return true;
    case 5:
        *out = (struct gt_debug_type){.kind = GT_T_INT, .size = 8, .rtype = known->rtype};
        return true;
    case 6:
        *out = (struct gt_debug_type){
            .kind = GT_T_ARRAY, .name = "[4]C.inner", .size = 64, .elem = {.debug = 3}, .len = 4};
        return true;
    case 7:
        *out = (struct gt_debug_type){
            .kind = GT_T_STRUCT, .name = "circle", .size = 8, .fields = circle, .field_count = 1};
        return true;
    default:
        return false;
    }
}

static void debug_types_are_settled_from_their_parts(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    struct debug known = {put_int(target), 0};
    target->facts = (struct gt_facts){.ctx = &known, .describe = describe};
    struct gt_types *types = open_types(target);
    gt_type_id outer = gt_types_find(types, (struct gt_type_ref){.debug = 1});
    assert_string_equal(gt_types_name(types, outer), "C.outer");
    assert_int_equal(gt_types_get(types, outer)->ptr_bytes, 80);
    uint64_t words;
    const unsigned char *mask = gt_types_mask(types, outer, &words);
    assert_int_equal(words, 10);
    assert_int_equal(mask[0], 0xaa);
    assert_int_equal(mask[1], 0x02);
    assert_int_equal(gt_types_pointer_layout(types, outer)->count, 5);
    assert_true(gt_types_pointer_layout(types, outer)->complete);
    unsigned asked = known.asked;
    assert_int_equal(gt_types_find(types, (struct gt_type_ref){.debug = 1}), outer);
    assert_int_equal(known.asked, asked);
    gt_types_destroy(types);
    target_free(target);
}

static void a_debug_type_that_has_an_rtype_is_that_type(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    struct debug known = {put_int(target), 0};
    target->facts = (struct gt_facts){.ctx = &known, .describe = describe};
    struct gt_types *types = open_types(target);
    gt_type_id id = gt_types_find(types, (struct gt_type_ref){.debug = 5});
    assert_string_equal(gt_types_name(types, id), "int");
    assert_int_equal(gt_types_at(types, known.rtype), id);
    assert_int_equal(gt_types_count(types), 1);
    gt_types_destroy(types);
    target_free(target);
}

static bool type_named(void *ctx, const char *type, struct gt_type_ref *out)
{
    const struct debug *known = ctx;
    *out = (struct gt_type_ref){.rtype = known->rtype};
    return strcmp(type, "int") == 0;
}

static void a_type_is_found_by_its_name(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    struct debug known = {put_int(target), 0};
    struct gt_types *types = open_types(target);
    assert_int_equal(gt_types_named(types, "int"), GT_NO_TYPE);
    gt_types_destroy(types);
    target->facts = (struct gt_facts){.ctx = &known, .type_named = type_named};
    types = open_types(target);
    assert_int_equal(gt_types_named(types, "int"), gt_types_at(types, known.rtype));
    assert_int_equal(gt_types_named(types, "uint"), GT_NO_TYPE);
    gt_types_destroy(types);
    target_free(target);
}

static void a_debug_type_that_contains_itself_is_harmless(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    struct debug known = {put_int(target), 0};
    target->facts = (struct gt_facts){.ctx = &known, .describe = describe};
    struct gt_types *types = open_types(target);
    gt_type_id id = gt_types_find(types, (struct gt_type_ref){.debug = 7});
    assert_int_not_equal(id, GT_NO_TYPE);
    assert_int_equal(gt_types_get(types, id)->ptr_bytes, 0);
    assert_int_equal(gt_types_find(types, (struct gt_type_ref){.debug = 2}), GT_NO_TYPE);
    gt_types_destroy(types);
    target_free(target);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rtypes_are_described_once),
        cmocka_unit_test(an_extra_star_is_taken_off),
        cmocka_unit_test(direct_interfaces_are_known_in_both_ways),
        cmocka_unit_test(interfaces_with_methods_are_ifaces),
        cmocka_unit_test(an_itab_names_its_dynamic_type),
        cmocka_unit_test(what_makes_no_sense_is_no_type),
        cmocka_unit_test(fields_that_are_not_there_are_no_struct),
        cmocka_unit_test(an_array_must_measure_what_its_elements_do),
        cmocka_unit_test(types_made_at_run_time_have_no_name),
        cmocka_unit_test(debug_types_are_settled_from_their_parts),
        cmocka_unit_test(a_debug_type_that_has_an_rtype_is_that_type),
        cmocka_unit_test(a_type_is_found_by_its_name),
        cmocka_unit_test(a_debug_type_that_contains_itself_is_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

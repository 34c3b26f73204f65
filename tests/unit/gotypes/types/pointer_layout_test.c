/* The pointer slots and field paths of types, also of types that cannot exist. */
#include "gotypes/types/types.h"
#include "tests/unit/gotypes/target.h"

/* struct {n int; conns [2]struct{name string; c *int}; rest []int} */
static uint64_t put_pool(struct target *target)
{
    uint64_t number = put_int(target), mask = put_mask(target, 0x3f);
    const struct field conn[] = {{"name", put_string(target), 0},
                                 {"c", put_pointer(target, "*int", number), 16}};
    uint64_t elem = put_struct(target, (struct rtype){0, "main.conn", 24, 24, mask, 0}, conn, 2);
    uint64_t conns = put_array(target, (struct rtype){0, "[2]main.conn", 48, 48, mask, 0}, elem, 2);
    uint64_t slice = put_rtype(target, (struct rtype){GT_T_SLICE, "[]int", 24, 8, mask, 0});
    put64(target, slice + 48, number);
    const struct field fields[] = {{"n", number, 0}, {"conns", conns, 8}, {"rest", slice, 56}};
    return put_struct(target, (struct rtype){0, "main.pool", 80, 64, mask, 0}, fields, 3);
}

static void places_come_by_offset(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    uint64_t pool = put_pool(target);
    struct gt_types *types = open_types(target);
    const struct gt_pointer_layout *places =
        gt_types_pointer_layout(types, gt_types_at(types, pool));
    static const struct {
        uint64_t offset;
        int kind;
    } expected[] = {
        {8, GT_P_STRING},   {24, GT_P_POINTER}, {32, GT_P_STRING},
        {48, GT_P_POINTER}, {56, GT_P_SLICE},
    };
    assert_true(places->complete);
    assert_int_equal(places->count, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(places->places[i].offset, expected[i].offset);
        assert_int_equal(places->places[i].kind, expected[i].kind);
    }
    assert_string_equal(gt_types_name(types, places->places[1].type), "int");
    assert_string_equal(gt_types_name(types, places->places[4].type), "int");
    gt_types_destroy(types);
    target_free(target);
}

static void long_arrays_are_cut(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    uint64_t pointer = put_pointer(target, "*int", put_int(target));
    struct rtype shape = {0, "[10000]*int", 80000, 80000, put_mask(target, 1), 0};
    uint64_t at = put_array(target, shape, pointer, 10000);
    struct gt_types *types = open_types(target);
    const struct gt_pointer_layout *places = gt_types_pointer_layout(types, gt_types_at(types, at));
    assert_int_equal(places->count, 4096);
    assert_false(places->complete);
    gt_types_destroy(types);
    target_free(target);
}

static void pointer_free_types_have_no_places(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    uint64_t number = put_int(target);
    struct gt_types *types = open_types(target);
    const struct gt_pointer_layout *places =
        gt_types_pointer_layout(types, gt_types_at(types, number));
    assert_int_equal(places->count, 0);
    assert_true(places->complete);
    assert_false(gt_types_pointer_layout(types, GT_NO_TYPE)->complete);
    gt_types_destroy(types);
    target_free(target);
}

/* Types that claim to contain themselves, or a part beyond their end, are incomplete. */
static void impossible_types_are_incomplete(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    struct rtype shape = {0, "main.S", 16, 16, put_mask(target, 1), 0};
    const struct field outside[] = {{"s", put_string(target), 8}};
    const struct field itself[] = {{"self", 0, 0}};
    uint64_t first = put_struct(target, shape, outside, 1);
    uint64_t second = put_struct(target, shape, itself, 1), fields;
    assert_true(gt_mem_u64(&target->mem, second + 56, &fields));
    put64(target, fields + 8, second);
    struct gt_types *types = open_types(target);
    assert_false(gt_types_pointer_layout(types, gt_types_at(types, first))->complete);
    assert_false(gt_types_pointer_layout(types, gt_types_at(types, second))->complete);
    gt_types_destroy(types);
    target_free(target);
}

static const char *path_at(struct gt_types *types, gt_type_id id, uint64_t offset)
{
    static char path[64];
    gt_types_field_path(types, id, offset, path, sizeof path);
    return path;
}

static void paths_lead_to_the_innermost_field(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    uint64_t pool = put_pool(target);
    struct gt_types *types = open_types(target);
    gt_type_id id = gt_types_at(types, pool);
    assert_string_equal(path_at(types, id, 0), ".n");
    assert_string_equal(path_at(types, id, 8), ".conns[0].name");
    assert_string_equal(path_at(types, id, 48), ".conns[1].c");
    assert_string_equal(path_at(types, id, 56), ".rest");
    assert_string_equal(path_at(types, id, 1000), "");
    assert_string_equal(path_at(types, gt_types_at(types, put_int(target)), 0), "");
    assert_string_equal(path_at(types, GT_NO_TYPE, 0), "");
    gt_types_destroy(types);
    target_free(target);
}

static void paths_fit_what_they_are_given(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    uint64_t pool = put_pool(target);
    struct gt_types *types = open_types(target);
    char path[6] = "xxxxx";
    gt_types_field_path(types, gt_types_at(types, pool), 8, path, sizeof path);
    assert_string_equal(path, ".conn");
    gt_types_field_path(types, gt_types_at(types, pool), 8, path, 0);
    assert_string_equal(path, ".conn");
    gt_types_destroy(types);
    target_free(target);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_come_by_offset),
        cmocka_unit_test(long_arrays_are_cut),
        cmocka_unit_test(pointer_free_types_have_no_places),
        cmocka_unit_test(impossible_types_are_incomplete),
        cmocka_unit_test(paths_lead_to_the_innermost_field),
        cmocka_unit_test(paths_fit_what_they_are_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

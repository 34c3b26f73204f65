#include "gotypes/layout.h"
#include "tests/unit/gotypes/target.h"

/* A program's debug information that has every struct and field, but for one. Offsets tell which
 * spelling was found. */
struct program {
    const char *lacks_type, *lacks_path;
};

static bool lacks(const struct program *program, const char *type, const char *path)
{
    return program->lacks_type && strcmp(type, program->lacks_type) == 0 &&
           (!program->lacks_path || (path && strcmp(path, program->lacks_path) == 0));
}

static bool field(void *ctx, const char *type, const char *path, uint64_t *offset, uint64_t *size)
{
    if (lacks(ctx, type, path)) return false;
    *offset = strcmp(path, "elem.vu") == 0 ? 32 : 24;
    *size = strcmp(path, "allspans") == 0 ? 24 : 8;
    return true;
}

static bool type_size(void *ctx, const char *type, uint64_t *size)
{
    *size = 64;
    return !lacks(ctx, type, NULL);
}

static struct gt_error *resolve(struct program *program, unsigned minor, struct gt_layout *layout)
{
    struct gt_facts facts = {.ctx = program, .field = field, .type_size = type_size};
    struct gt_go_version version = {.minor = minor, .text = "go1.x"};
    return gt_layout_resolve(&facts, &version, layout);
}

static void a_field_has_the_spelling_of_its_version(void **state)
{
    (void)state;
    struct program program = {0};
    struct gt_layout layout;
    assert_null(resolve(&program, 26, &layout));
    assert_int_equal(gt_off(&layout, GT_F_sudog_elem), 32);
    assert_true(gt_has(&layout, GT_F_sudog_elem_vp));
    assert_null(resolve(&program, 22, &layout));
    assert_int_equal(gt_off(&layout, GT_F_sudog_elem), 24);
    assert_false(gt_has(&layout, GT_F_sudog_elem_vp));
}

static void fields_of_other_versions_are_absent(void **state)
{
    (void)state;
    struct program program = {0};
    struct gt_layout layout;
    assert_null(resolve(&program, 22, &layout));
    assert_true(gt_has(&layout, GT_F_p_timers));
    assert_false(gt_has(&layout, GT_F_p_timers_heap));
    assert_false(gt_has(&layout, GT_F_map_dirPtr));
    assert_int_equal(layout.size[GT_S_table], 0);
    assert_null(resolve(&program, 24, &layout));
    assert_false(gt_has(&layout, GT_F_p_timers));
    assert_true(gt_has(&layout, GT_F_map_dirPtr));
}

static void a_missing_required_field_is_named(void **state)
{
    (void)state;
    struct program program = {.lacks_type = "runtime.mspan", .lacks_path = "elemsize"};
    struct gt_layout layout;
    struct gt_error *error = resolve(&program, 26, &layout);
    assert_non_null(error);
    assert_int_equal(gt_error_code(error), GT_ERR_MISSING);
    assert_non_null(strstr(gt_error_message(error), "runtime.mspan.elemsize"));
    gt_error_free(error);
}

static void a_missing_optional_field_is_no_error(void **state)
{
    (void)state;
    struct program program = {.lacks_type = "runtime.mspan", .lacks_path = "largeType"};
    struct gt_layout layout;
    assert_null(resolve(&program, 26, &layout));
    assert_false(gt_has(&layout, GT_F_mspan_largeType));
}

static void a_missing_required_struct_is_named(void **state)
{
    (void)state;
    struct program program = {.lacks_type = "runtime.finBlock"};
    struct gt_layout layout;
    struct gt_error *error = resolve(&program, 26, &layout);
    assert_non_null(error);
    assert_non_null(strstr(gt_error_message(error), "runtime.finBlock"));
    gt_error_free(error);
    assert_null(resolve(&program, 24, &layout)); /* there it is runtime.finblock */
    assert_int_equal(layout.size[GT_S_finblock], 64);
}

static void an_unknown_version_takes_what_is_there(void **state)
{
    (void)state;
    struct program program = {.lacks_type = "runtime.sudog", .lacks_path = "elem.vu"};
    struct gt_layout layout;
    assert_null(resolve(&program, 0, &layout));
    assert_int_equal(gt_off(&layout, GT_F_sudog_elem), 24);
}

static void words_are_read_by_their_own_size(void **state)
{
    (void)state;
    struct target *target = target_new(26);
    uint64_t at = target_alloc(target, 64), value = 0;
    put64(target, at + 8, 0x1122334455667788);
    set_field(target, GT_F_mspan_state, 8, 1);
    set_field(target, GT_F_mspan_nelems, 8, 2);
    assert_true(gt_read_field(&target->layout, &target->mem, at, GT_F_mspan_state, &value));
    assert_int_equal(value, 0x88);
    assert_true(gt_read_field(&target->layout, &target->mem, at, GT_F_mspan_nelems, &value));
    assert_int_equal(value, 0x7788);
    assert_false(gt_read_field(&target->layout, &target->mem, at, GT_F_mspan_limit, &value));
    assert_false(gt_read_field(&target->layout, &target->mem, 8, GT_F_mspan_state, &value));
    target_free(target);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_field_has_the_spelling_of_its_version),
        cmocka_unit_test(fields_of_other_versions_are_absent),
        cmocka_unit_test(a_missing_required_field_is_named),
        cmocka_unit_test(a_missing_optional_field_is_no_error),
        cmocka_unit_test(a_missing_required_struct_is_named),
        cmocka_unit_test(an_unknown_version_takes_what_is_there),
        cmocka_unit_test(words_are_read_by_their_own_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

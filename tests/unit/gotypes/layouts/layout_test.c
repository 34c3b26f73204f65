/* Layouts by version: names that changed, fields that are missing, and how a field is read. */
#include "gotypes/layouts/layout.h"
#include "inspector/base/error.h"
#include "tests/unit/gotypes/target.h"

/* A program's debug information that has every struct and field except one. Offsets show which name
 * was found. */
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
    assert_int_equal(layout.size[GT_S_map], 0);
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
    gt_error_destroy(error);
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
    struct program program = {.lacks_type = "runtime.moduledata"};
    struct gt_layout layout;
    struct gt_error *error = resolve(&program, 26, &layout);
    assert_non_null(error);
    assert_non_null(strstr(gt_error_message(error), "runtime.moduledata"));
    gt_error_destroy(error);
}

/* What a layout lacks, as text. */
static void note_lack(void *ctx, const char *type, const char *path, enum gt_need need)
{
    char *text = ctx, line[128];
    snprintf(line, sizeof line, "%s.%s %d;", type, path ? path : "", need);
    assert_true(strlen(text) + strlen(line) < 512);
    strcat(text, line);
}

static void assert_lacks(struct program *program, unsigned minor, const char *expected)
{
    struct gt_go_version version = {.minor = minor, .text = "go1.x"};
    struct gt_layout layout;
    char text[512] = "";
    gt_error_destroy(resolve(program, minor, &layout));
    gt_layout_lacks(&layout, &version, note_lack, text);
    assert_string_equal(text, expected);
}

static void what_is_lacking_is_reported_with_what_it_costs(void **state)
{
    (void)state;
    struct program when = {.lacks_type = "runtime.timer", .lacks_path = "when"};
    struct program moved = {.lacks_type = "runtime.finBlock", .lacks_path = "cnt"};
    struct program spared = {.lacks_type = "runtime.mspan", .lacks_path = "largeType"};
    char expected[64];
    snprintf(expected, sizeof expected, "runtime.timer.when %d;", GT_NEED_TIMERS);
    assert_lacks(&when, 26, expected);
    snprintf(expected, sizeof expected, "runtime.finBlock.cnt %d;", GT_NEED_SPECIALS);
    assert_lacks(&moved, 26, expected);
    assert_lacks(&moved, 24, ""); /* that version has runtime.finblock */
    assert_lacks(&spared, 26, "");
    assert_lacks(&(struct program){0}, 26, "");
}

static void a_field_of_two_spellings_is_lacking_once(void **state)
{
    (void)state;
    struct gt_go_version version = {.minor = 26};
    struct gt_layout layout;
    struct program program = {0};
    char text[512] = "", expected[64];
    assert_null(resolve(&program, 26, &layout));
    layout.field[GT_F_notifyList_head].present = false; /* the field of the runtime, and of sync */
    gt_layout_lacks(&layout, &version, note_lack, text);
    snprintf(expected, sizeof expected, "runtime.notifyList.head %d;", GT_NEED_GOROUTINES);
    assert_string_equal(text, expected);
}

static void note_type(void *ctx, const char *type)
{
    note_lack(ctx, type, "", GT_NEED_NOTHING);
}

static void what_one_layout_has_beyond_another(void **state)
{
    (void)state;
    struct gt_go_version version = {.minor = 26};
    struct program program = {0};
    struct gt_layout layout, part;
    char text[512] = "";
    assert_null(resolve(&program, 26, &layout));
    part = layout;
    gt_layout_beyond(&layout, &part, &version, note_type, text);
    assert_string_equal(text, "");
    part.field[GT_F_timer_when].present = part.field[GT_F_timer_arg].present = false;
    part.field[GT_F_finblock_cnt].present = false;
    gt_layout_beyond(&layout, &part, &version, note_type, text);
    assert_string_equal(text, "runtime.finBlock. 0;runtime.timer. 0;");
    text[0] = '\0';
    gt_layout_beyond(&part, &layout, &version, note_type, text);
    assert_string_equal(text, "");
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
    assert_false(gt_read_field(&target->layout, &target->mem, at, GT_F_mspan_npages, &value));
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
        cmocka_unit_test(what_is_lacking_is_reported_with_what_it_costs),
        cmocka_unit_test(a_field_of_two_spellings_is_lacking_once),
        cmocka_unit_test(what_one_layout_has_beyond_another),
        cmocka_unit_test(an_unknown_version_takes_what_is_there),
        cmocka_unit_test(words_are_read_by_their_own_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

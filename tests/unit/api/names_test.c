/* What the library says of nothing: no error, and numbers that name nothing. */
#include "gotopsy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void no_error_carries_nothing(void **state)
{
    (void)state;
    assert_string_equal(gt_error_message(NULL), "no error");
    assert_int_equal(gt_error_code(NULL), 0);
    assert_null(gt_error_path(NULL));
    assert_int_equal(gt_error_errno(NULL), 0);
    assert_int_equal(gt_error_address(NULL), 0);
    struct gt_error *error = gt_error_write(NULL, stdout);
    assert_int_equal(gt_error_code(error), GT_ERR_USAGE);
    gt_error_destroy(error);
}

static void a_number_that_names_nothing_has_no_name(void **state)
{
    static const int numbers[] = {-1, 1000};

    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        assert_null(gt_kind_name((enum gt_kind)numbers[i]));
        assert_null(gt_kind_summary((enum gt_kind)numbers[i]));
        assert_false(gt_kind_is_of_parts((enum gt_kind)numbers[i]));
        assert_null(gt_confidence_name((enum gt_confidence)numbers[i]));
        assert_null(gt_format_name((enum gt_format)numbers[i]));
        assert_null(gt_growth_name((enum gt_growth_of)numbers[i]));
        assert_null(gt_heap_by_name((enum gt_heap_by)numbers[i]));
        assert_null(gt_address_kind_name((enum gt_address_kind)numbers[i]));
        assert_null(gt_typed_kind_name((enum gt_typed_kind)numbers[i]));
        assert_null(gt_special_kind_name((enum gt_special_kind)numbers[i]));
        assert_null(gt_gc_mark_name((enum gt_gc_mark)numbers[i]));
        assert_null(gt_gc_phase_name((enum gt_gc_phase)numbers[i]));
        assert_null(gt_core_origin_name((enum gt_core_origin)numbers[i]));
        assert_null(gt_verified_by_name((enum gt_verified_by)numbers[i]));
        assert_null(gt_memory_kind_name((enum gt_memory_kind)numbers[i]));
        assert_null(gt_path_kind_name((enum gt_path_kind)numbers[i]));
        assert_null(gt_row_kind_name((enum gt_row_kind)numbers[i]));
        assert_null(gt_signal_name(numbers[i]));
        assert_null(gt_goroutine_status_name((enum gt_goroutine_status)numbers[i]));
        assert_null(gt_undecided_reason_name((enum gt_undecided_reason)numbers[i]));
        assert_null(gt_step_kind_name((enum gt_step_kind)numbers[i]));
        assert_null(gt_check_reason_name((enum gt_check_reason)numbers[i]));
        assert_false(gt_format_has((enum gt_format)numbers[i], GT_DOCUMENT_REPORT));
        assert_false(gt_format_has(GT_FORMAT_TEXT, (enum gt_document)numbers[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_error_carries_nothing),
        cmocka_unit_test(a_number_that_names_nothing_has_no_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

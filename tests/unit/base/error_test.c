/* The code and the message of an error, and what a prefix does to them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "inspector/base/error.h"

static void an_error_has_a_code_and_a_message(void **state)
{
    struct gt_error *error = gt_error_create(GT_ERR_IO, "cannot open %s: %d", "core", 2);

    (void)state;
    assert_int_equal(gt_error_code(error), GT_ERR_IO);
    assert_string_equal(gt_error_message(error), "cannot open core: 2");
    gt_error_destroy(error);
}

static void prefixes_go_before_and_keep_the_code(void **state)
{
    struct gt_error *error = gt_error_create(GT_ERR_FORMAT, "100%% wrong");
    struct gt_error *same = gt_error_prefix(error, "span %u", 3u);

    (void)state;
    assert_ptr_equal(same, error);
    error = gt_error_prefix(error, "core.1");
    assert_string_equal(gt_error_message(error), "core.1: span 3: 100% wrong");
    assert_int_equal(gt_error_code(error), GT_ERR_FORMAT);
    gt_error_destroy(error);
}

static void success_stays_success(void **state)
{
    (void)state;
    assert_null(gt_error_prefix(NULL, "span %u", 3u));
    gt_error_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_has_a_code_and_a_message),
        cmocka_unit_test(prefixes_go_before_and_keep_the_code),
        cmocka_unit_test(success_stays_success),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

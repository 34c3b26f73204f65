/* The names of the values of the public header's enums. */
#include "inspector/names/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* An enum's name function, as one that takes any enum's value. */
#define NAMES(function, type)                                                                      \
    static const char *function##_of(unsigned value)                                               \
    {                                                                                              \
        return function((enum type)value);                                                         \
    }
NAMES(gt_goroutine_status_name, gt_goroutine_status)
NAMES(gt_undecided_reason_name, gt_undecided_reason)
NAMES(gt_memory_kind_name, gt_memory_kind)
NAMES(gt_check_reason_name, gt_check_reason)
NAMES(gt_confidence_name, gt_confidence)
NAMES(gt_growth_name, gt_growth_of)
NAMES(gt_row_kind_name, gt_row_kind)
NAMES(gt_step_kind_name, gt_step_kind)
NAMES(gt_address_kind_name, gt_address_kind)
NAMES(gt_typed_kind_name, gt_typed_kind)
NAMES(gt_special_kind_name, gt_special_kind)
NAMES(gt_path_kind_name, gt_path_kind)

static const struct {
    const char *(*name)(unsigned value);
    unsigned count, nameless; /* values; those that have no name */
} enums[] = {
    {gt_goroutine_status_name_of, GT_STATUSES, 0},
    {gt_undecided_reason_name_of, GT_UNDECIDED_CONTRADICTS + 1, 0},
    {gt_memory_kind_name_of, GT_MEMORY_KINDS, 1}, /* a size class is named by its size */
    {gt_check_reason_name_of, GT_REASONS, 0},
    {gt_confidence_name_of, GT_SUSPECT + 1, 0},
    {gt_growth_name_of, GT_GROWTHS, 0},
    {gt_row_kind_name_of, GT_ROW_POOL_VICTIMS + 1, 1},
    {gt_step_kind_name_of, GT_STEP_LEFT_OUT + 1, 2}, /* a variable's own name; a number */
    {gt_address_kind_name_of, GT_ADDRESS_NOT_MAPPED + 1, 1},
    {gt_typed_kind_name_of, GT_TYPED_UNSAFE_POINTER + 1, 0},
    {gt_special_kind_name_of, GT_SPECIAL_PROFILE + 1, 0},
    {gt_path_kind_name_of, GT_PATH_RUNTIME + 1, 0},
};

static void each_value_has_a_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof enums / sizeof *enums; i++) {
        unsigned without = 0;
        for (unsigned value = 0; value < enums[i].count; value++)
            without += !enums[i].name(value);
        assert_int_equal(without, enums[i].nameless);
    }
}

static void no_two_values_have_one_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof enums / sizeof *enums; i++) {
        for (unsigned value = 1; value < enums[i].count; value++) {
            const char *name = enums[i].name(value);
            for (unsigned other = 0; name && other < value; other++)
                if (enums[i].name(other)) assert_string_not_equal(name, enums[i].name(other));
        }
    }
}

static void a_number_that_is_no_value_has_no_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof enums / sizeof *enums; i++) {
        assert_null(enums[i].name(enums[i].count));
        assert_null(enums[i].name(UINT32_MAX));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_value_has_a_name),
        cmocka_unit_test(no_two_values_have_one_name),
        cmocka_unit_test(a_number_that_is_no_value_has_no_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

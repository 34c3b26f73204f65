/* The lists of numbers: growth, reserved room, sorting, and use after they are freed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "inspector/base/numbers.h"

static void numbers_keep_their_values_as_the_list_grows(void **state)
{
    struct gt_u32s narrow = {0};
    struct gt_u64s wide = {0};

    (void)state;
    for (uint32_t i = 0; i < 10000; i++) {
        gt_u32s_add(&narrow, UINT32_MAX - i);
        gt_u64s_add(&wide, UINT64_MAX - i);
    }
    assert_int_equal(narrow.len, 10000);
    assert_int_equal(wide.len, 10000);
    for (uint32_t i = 0; i < 10000; i++) {
        assert_int_equal(narrow.at[i], UINT32_MAX - i);
        assert_true(wide.at[i] == UINT64_MAX - i);
    }
    gt_u32s_deinit(&narrow);
    gt_u64s_deinit(&wide);
}

/* A struct gt_vec of 8-byte elements would read 8 bytes at the address of a 4-byte value. */
static void a_narrow_value_becomes_a_wide_number(void **state)
{
    struct gt_u64s wide = {0};
    const struct {
        uint32_t value, beside;
    } narrow = {7, UINT32_MAX};

    (void)state;
    gt_u64s_add(&wide, narrow.value);
    assert_int_equal(wide.at[0], 7);
    gt_u64s_deinit(&wide);
}

static void reserved_room_is_not_moved(void **state)
{
    struct gt_u32s narrow = {0};
    struct gt_u64s wide = {0};

    (void)state;
    gt_u32s_reserve(&narrow, 100);
    gt_u64s_reserve(&wide, 100);
    const void *first = narrow.at, *second = wide.at;
    for (uint32_t i = 0; i < 100; i++) {
        gt_u32s_add(&narrow, i);
        gt_u64s_add(&wide, i);
    }
    assert_ptr_equal(narrow.at, first);
    assert_ptr_equal(wide.at, second);
    gt_u32s_deinit(&narrow);
    gt_u64s_deinit(&wide);
}

static void a_cleared_list_keeps_its_storage(void **state)
{
    struct gt_u32s list = {0};

    (void)state;
    gt_u32s_add(&list, 1);
    const void *first = list.at;
    gt_u32s_clear(&list);
    assert_int_equal(list.len, 0);
    gt_u32s_add(&list, 2);
    assert_ptr_equal(list.at, first);
    gt_u32s_deinit(&list);
}

static void a_freed_list_is_empty_and_usable(void **state)
{
    struct gt_u32s narrow = {0};
    struct gt_u64s wide = {0};

    (void)state;
    gt_u32s_deinit(&narrow);
    gt_u64s_deinit(&wide);
    gt_u32s_add(&narrow, 9);
    gt_u64s_add(&wide, 9);
    assert_int_equal(narrow.at[0], 9);
    assert_int_equal(wide.at[0], 9);
    gt_u32s_deinit(&narrow);
    gt_u64s_deinit(&wide);
    assert_null(narrow.at);
    assert_null(wide.at);
    assert_int_equal(narrow.len + narrow.cap + wide.len + wide.cap, 0);
}

static void a_sorted_list_has_each_number_once(void **state)
{
    static const uint64_t values[] = {7, 3, UINT64_MAX, 3, 7, 0, 3};
    struct gt_u64s list = {0};

    (void)state;
    gt_u64s_sort(&list);
    assert_int_equal(list.len + gt_u64s_below(&list, 9), 0);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        gt_u64s_add(&list, values[i]);
    gt_u64s_sort(&list);
    assert_int_equal(list.len, 4);
    assert_int_equal(list.at[0] + list.at[1] + list.at[2], 10);
    assert_int_equal(gt_u64s_below(&list, 0), 0);
    assert_int_equal(gt_u64s_below(&list, 4), 2);
    assert_int_equal(gt_u64s_below(&list, UINT64_MAX), 3);
    gt_u64s_deinit(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_keep_their_values_as_the_list_grows),
        cmocka_unit_test(a_narrow_value_becomes_a_wide_number),
        cmocka_unit_test(reserved_room_is_not_moved),
        cmocka_unit_test(a_cleared_list_keeps_its_storage),
        cmocka_unit_test(a_freed_list_is_empty_and_usable),
        cmocka_unit_test(a_sorted_list_has_each_number_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Binary search: equal keys, absent keys, and the ends of what is searched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "inspector/base/search.h"

static const uint64_t numbers[] = {3, 5, 5, 5, 9, UINT64_MAX, UINT64_MAX};

enum { COUNT = sizeof numbers / sizeof *numbers };

static uint64_t number_at(const void *items, size_t index)
{
    return ((const uint64_t *)items)[index];
}

static size_t lower(uint64_t key)
{
    return gt_lower_bound(numbers, 0, COUNT, key, number_at);
}

static size_t upper(uint64_t key)
{
    return gt_upper_bound(numbers, 0, COUNT, key, number_at);
}

static void bounds_are_around_equal_keys(void **state)
{
    (void)state;
    assert_int_equal(lower(5), 1);
    assert_int_equal(upper(5), 4);
    assert_int_equal(lower(9), 4);
    assert_int_equal(upper(9), 5);
}

static void a_key_that_is_not_there_has_one_place(void **state)
{
    (void)state;
    assert_int_equal(lower(0), 0);
    assert_int_equal(upper(0), 0);
    assert_int_equal(lower(7), 4);
    assert_int_equal(upper(7), 4);
}

static void the_largest_key_has_nothing_above(void **state)
{
    (void)state;
    assert_int_equal(lower(UINT64_MAX), 5);
    assert_int_equal(upper(UINT64_MAX), COUNT);
}

static void a_search_stays_between_its_ends(void **state)
{
    (void)state;
    assert_int_equal(gt_lower_bound(numbers, 2, 4, 0, number_at), 2);
    assert_int_equal(gt_lower_bound(numbers, 2, 4, 100, number_at), 4);
    assert_int_equal(gt_lower_bound(numbers, 3, 3, 5, number_at), 3);
    assert_int_equal(gt_upper_bound(NULL, 0, 0, 5, number_at), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bounds_are_around_equal_keys),
        cmocka_unit_test(a_key_that_is_not_there_has_one_place),
        cmocka_unit_test(the_largest_key_has_nothing_above),
        cmocka_unit_test(a_search_stays_between_its_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Which elements of arrays words lead to. */
#include "inspector/detect/find/inside_arrays.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    OBJECTS = 100,
    FIRST = 7,
    SECOND = 9,
    STRIDE = 24,
    COUNT = 1000,
    AT = 0x1000,
    LATER = 0x9000
};

/* An array of 1000 elements, whose object has bytes after them, and one of 3. */
static void begin(struct gt_inside_arrays *arrays)
{
    gt_inside_arrays_init(arrays, OBJECTS);
    gt_inside_arrays_add(arrays, FIRST, AT, COUNT * STRIDE + 5, 1, STRIDE);
    gt_inside_arrays_add(arrays, SECOND, LATER, 3 * STRIDE, 1, STRIDE);
    gt_inside_arrays_seal(arrays);
}

static void hold(struct gt_inside_arrays *arrays, uint32_t object, uint64_t addr, uint64_t bytes)
{
    gt_inside_arrays_hold(arrays, gt_inside_array_of(arrays, object), addr, bytes);
}

static void elements_are_held_by_any_part_of_them(void **state)
{
    struct gt_inside_arrays arrays;

    (void)state;
    begin(&arrays);
    hold(&arrays, FIRST, AT + 2 * STRIDE + 8, 8);
    hold(&arrays, FIRST, AT + 5 * STRIDE, 2 * STRIDE);
    hold(&arrays, SECOND, LATER + 2 * STRIDE, UINT64_MAX);
    gt_inside_arrays_finish(&arrays);
    assert_int_equal(gt_bitmap_count(&arrays.held), 4);
    assert_true(gt_bit(&arrays.held, 2));
    assert_true(gt_bit(&arrays.held, 5));
    assert_true(gt_bit(&arrays.held, 6));
    assert_true(gt_bit(&arrays.held, COUNT + 2));
    gt_inside_arrays_deinit(&arrays);
}

static void long_runs_are_joined(void **state)
{
    struct gt_inside_arrays arrays;

    (void)state;
    begin(&arrays);
    hold(&arrays, FIRST, AT + 500 * STRIDE, 100 * STRIDE);
    for (uint64_t i = 0; i < 200; i++)
        hold(&arrays, FIRST, AT + i * STRIDE, (300 - i) * STRIDE);
    gt_inside_arrays_finish(&arrays);
    assert_int_equal(gt_bitmap_count(&arrays.held), 400);
    assert_int_equal(gt_bitmap_next(&arrays.held, 300), 500);
    gt_inside_arrays_deinit(&arrays);
}

static void words_beside_the_elements_hold_none(void **state)
{
    struct gt_inside_arrays arrays;

    (void)state;
    begin(&arrays);
    hold(&arrays, FIRST, AT - 8, STRIDE);
    hold(&arrays, FIRST, AT + COUNT * STRIDE, 4);
    hold(&arrays, FIRST, AT, 0);
    gt_inside_arrays_finish(&arrays);
    assert_int_equal(gt_bitmap_count(&arrays.held), 0);
    assert_null(gt_inside_array_of(&arrays, 8));
    gt_inside_arrays_deinit(&arrays);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_are_held_by_any_part_of_them),
        cmocka_unit_test(long_runs_are_joined),
        cmocka_unit_test(words_beside_the_elements_hold_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

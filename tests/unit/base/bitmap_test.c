/* Bitmaps across the ends of their words: bits, the next one, copies, changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "inspector/base/bitmap.h"

static void bits_are_set_and_cleared_one_by_one(void **state)
{
    struct gt_bitmap map;

    (void)state;
    gt_bitmap_init(&map, 130);
    for (size_t i = 0; i < 130; i += 3)
        gt_bit_set(&map, i);
    for (size_t i = 0; i < 130; i++)
        assert_int_equal(gt_bit(&map, i), i % 3 == 0);
    assert_int_equal(gt_bitmap_count(&map), 44);
    gt_bit_clear(&map, 63);
    gt_bit_clear(&map, 64);
    assert_false(gt_bit(&map, 63));
    assert_int_equal(gt_bitmap_count(&map), 43);
    gt_bitmap_reset(&map);
    assert_int_equal(gt_bitmap_count(&map), 0);
    gt_bitmap_deinit(&map);
}

/* 130 bits: the last block of words is not full. */
static void a_change_makes_one_bitmap_of_another(void **state)
{
    enum { BITS = 64 * 64 + 130 };
    struct gt_bitmap from, to;
    struct gt_bitmap_change change;

    (void)state;
    gt_bitmap_init(&from, BITS);
    gt_bitmap_init(&to, BITS);
    for (size_t i = 0; i < BITS; i += 3)
        gt_bit_set(&from, i);
    gt_bitmap_copy(&to, &from);
    gt_bit_clear(&to, 9);
    gt_bit_set(&to, BITS - 1);
    gt_bitmap_change_init(&change, &from, &to);
    for (size_t i = 1; i + 1 < change.count; i++)
        assert_null(change.blocks[i]);
    gt_bitmap_change_apply(&change, &from);
    for (size_t i = 0; i < BITS; i++)
        assert_int_equal(gt_bit(&from, i), gt_bit(&to, i));
    gt_bitmap_change_deinit(&change);
    gt_bitmap_deinit(&from);
    gt_bitmap_deinit(&to);
}

static void setting_says_what_was(void **state)
{
    struct gt_bitmap map;

    (void)state;
    gt_bitmap_init(&map, 65);
    assert_false(gt_bit_test_set(&map, 64));
    assert_true(gt_bit_test_set(&map, 64));
    assert_false(gt_bit_test_set(&map, 63));
    gt_bitmap_deinit(&map);
}

static void the_next_bit_is_found_across_words(void **state)
{
    struct gt_bitmap map;

    (void)state;
    gt_bitmap_init(&map, 300);
    gt_bit_set(&map, 0);
    gt_bit_set(&map, 63);
    gt_bit_set(&map, 256);
    assert_int_equal(gt_bitmap_next(&map, 0), 0);
    assert_int_equal(gt_bitmap_next(&map, 1), 63);
    assert_int_equal(gt_bitmap_next(&map, 63), 63);
    assert_int_equal(gt_bitmap_next(&map, 64), 256);
    assert_int_equal(gt_bitmap_next(&map, 257), 300);
    assert_int_equal(gt_bitmap_next(&map, 300), 300);
    assert_int_equal(gt_bitmap_next(&map, 1000), 300);
    gt_bitmap_deinit(&map);
}

static void a_copy_is_its_own(void **state)
{
    struct gt_bitmap from, to;

    (void)state;
    gt_bitmap_init(&from, 100);
    gt_bitmap_init(&to, 100);
    gt_bit_set(&from, 99);
    gt_bit_set(&to, 1);
    gt_bitmap_copy(&to, &from);
    gt_bit_clear(&from, 99);
    assert_true(gt_bit(&to, 99));
    assert_false(gt_bit(&to, 1));
    gt_bitmap_deinit(&from);
    gt_bitmap_deinit(&to);
}

static void a_map_takes_anothers_bits(void **state)
{
    struct gt_bitmap from, to;

    (void)state;
    gt_bitmap_init(&from, 70);
    gt_bitmap_init(&to, 70);
    gt_bit_set(&from, 69);
    gt_bit_set(&to, 1);
    gt_bitmap_take(&to, &from);
    assert_int_equal(gt_bitmap_count(&to), 1);
    assert_true(gt_bit(&to, 69));
    assert_int_equal(from.bits, 0);
    gt_bitmap_deinit(&from);
    gt_bitmap_deinit(&to);
}

static void a_map_is_united_with_another(void **state)
{
    struct gt_bitmap from, to;

    (void)state;
    gt_bitmap_init(&from, 70);
    gt_bitmap_init(&to, 70);
    gt_bit_set(&from, 69);
    gt_bit_set(&from, 1);
    gt_bit_set(&to, 1);
    gt_bit_set(&to, 2);
    gt_bitmap_unite(&to, &from);
    assert_int_equal(gt_bitmap_count(&to), 3);
    assert_true(gt_bit(&to, 69));
    assert_int_equal(gt_bitmap_count(&from), 2);
    gt_bitmap_deinit(&from);
    gt_bitmap_deinit(&to);
}

static void the_rest_of_a_map_is_added(void **state)
{
    struct gt_bitmap to, from, without;

    (void)state;
    gt_bitmap_init(&to, 200);
    gt_bitmap_init(&from, 200);
    gt_bitmap_init(&without, 100);
    gt_bit_set(&to, 3);
    for (size_t i = 0; i < 200; i += 2)
        gt_bit_set(&from, i);
    for (size_t i = 0; i < 100; i += 4)
        gt_bit_set(&without, i);
    gt_bitmap_add_rest(&to, &from, &without);
    for (size_t i = 0; i < 200; i++)
        assert_int_equal(gt_bit(&to, i), i == 3 || (i % 2 == 0 && (i >= 100 || i % 4)));
    gt_bitmap_deinit(&to);
    gt_bitmap_deinit(&from);
    gt_bitmap_deinit(&without);
}

static void bits_between_are_counted(void **state)
{
    struct gt_bitmap map;

    (void)state;
    gt_bitmap_init(&map, 200);
    for (size_t i = 0; i < 200; i += 3)
        gt_bit_set(&map, i);
    for (size_t from = 0; from < 200; from++)
        for (size_t to = from, count = 0; to <= 200; count += to < 200 && to % 3 == 0, to++)
            assert_int_equal(gt_bitmap_count_between(&map, from, to), count);
    gt_bitmap_deinit(&map);
}

static void an_empty_map_has_no_bits(void **state)
{
    struct gt_bitmap map;

    (void)state;
    gt_bitmap_init(&map, 0);
    assert_int_equal(gt_bitmap_next(&map, 0), 0);
    assert_int_equal(gt_bitmap_count(&map), 0);
    gt_bitmap_reset(&map);
    gt_bitmap_deinit(&map);
    assert_null(map.words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bits_are_set_and_cleared_one_by_one),
        cmocka_unit_test(setting_says_what_was),
        cmocka_unit_test(a_change_makes_one_bitmap_of_another),
        cmocka_unit_test(the_next_bit_is_found_across_words),
        cmocka_unit_test(a_copy_is_its_own),
        cmocka_unit_test(a_map_takes_anothers_bits),
        cmocka_unit_test(a_map_is_united_with_another),
        cmocka_unit_test(the_rest_of_a_map_is_added),
        cmocka_unit_test(bits_between_are_counted),
        cmocka_unit_test(an_empty_map_has_no_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

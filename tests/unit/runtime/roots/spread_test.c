/* What a spread reaches, and the words that led it there. */
#include "inspector/runtime/roots/spread.h"
#include "tests/unit/graph/little_heap.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct little little;
static struct gt_bitmap stop, first, reached;
static struct gt_map words;

/* 0 -> 1 -> 2 -> 1, and 2 -> 3. */
static int set_up(void **state)
{
    (void)state;
    assert_null(little_init(&little));
    gt_bitmap_init(&stop, little.heap.objects);
    gt_bitmap_init(&first, little.heap.objects);
    gt_bitmap_init(&reached, little.heap.objects);
    words = (struct gt_map){0};
    edge(&little, 0, node(1));
    edge(&little, 1, node(2));
    edge(&little, 2, node(1));
    edge(&little, 2, node(3) + 8);
    gt_bit_set(&first, object_at(&little, node(0)));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    gt_bitmap_deinit(&stop);
    gt_bitmap_deinit(&first);
    gt_bitmap_deinit(&reached);
    gt_map_deinit(&words);
    gt_heap_deinit(&little.heap);
    return 0;
}

static void spread(void)
{
    gt_spread_from(&(struct gt_spread){&little.heap, &stop, &reached, &words}, &first);
}

static uint64_t word_to(unsigned number)
{
    const uint64_t *word = gt_map_find(&words, object_at(&little, node(number)));

    return word ? *word : 0;
}

static void each_object_has_the_word_that_led_there_first(void **state)
{
    (void)state;
    spread();
    assert_int_equal(gt_bitmap_count(&reached), 4);
    assert_int_equal(word_to(0), 0);
    assert_int_equal(word_to(1), node(0));
    assert_int_equal(word_to(2), node(1));
    assert_int_equal(word_to(3), node(2) + 8);
}

static void it_does_not_enter_what_stops_it(void **state)
{
    (void)state;
    gt_bit_set(&stop, object_at(&little, node(2)));
    spread();
    assert_int_equal(gt_bitmap_count(&reached), 2);
    assert_int_equal(word_to(3), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_object_has_the_word_that_led_there_first, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(it_does_not_enter_what_stops_it, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

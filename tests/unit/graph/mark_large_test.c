/* Marks of larger graphs, compared with a very simple marker, and of the longest list. */
#include "tests/unit/graph/wide_heap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct simple {
    const struct gt_heap *heap;
    const struct gt_cut *cut;
    struct gt_bitmap marked;
    uint32_t *work;
    size_t len;
    uint64_t address;
};

static void simple_reach(void *ctx, uint64_t offset, uint64_t value)
{
    struct simple *simple = ctx;
    uint32_t object = gt_heap_object(simple->heap, value);

    if (object == GT_NO_OBJECT || gt_bit(&simple->cut->blocked, object)) return;
    if (gt_cut_has_word(simple->cut, simple->address + offset)) return;
    if (gt_bit_test_set(&simple->marked, object)) return;
    if (!gt_bit(&simple->cut->no_out_edges, object)) simple->work[simple->len++] = object;
}

static void simple_mark(struct simple *simple, const uint64_t *roots, size_t count)
{
    gt_bitmap_init(&simple->marked, simple->heap->objects);
    simple->work = malloc(simple->heap->objects * sizeof *simple->work);
    simple->address = 0;
    for (size_t i = 0; i < count; i++)
        simple_reach(simple, 0, roots[i]);
    while (simple->len > 0) {
        uint32_t object = simple->work[--simple->len];
        simple->address = gt_heap_address(simple->heap, object);
        gt_heap_words(simple->heap, object, simple_reach, simple);
    }
    free(simple->work);
}

static void expect_same_mark(const struct gt_heap *heap, const struct gt_cut *cut,
                             const struct gt_cut *given, const uint64_t *roots, size_t count)
{
    struct simple simple = {.heap = heap, .cut = cut};
    struct gt_bitmap marked;

    gt_bitmap_init(&marked, heap->objects);
    struct gt_marker *marker = gt_marker_create(heap, given, &marked);
    for (size_t i = 0; i < count; i++)
        gt_mark_seed(marker, roots[i]);
    gt_mark_drain(marker);
    gt_marker_destroy(marker);
    simple_mark(&simple, roots, count);
    assert_true(gt_bitmap_count(&marked) > 20);
    for (uint32_t i = 0; i < heap->objects; i++)
        assert_int_equal(gt_bit(&marked, i), gt_bit(&simple.marked, i));
    gt_bitmap_deinit(&simple.marked);
    gt_bitmap_deinit(&marked);
}

static void wide_graphs_are_marked_as_the_simple_marker_does(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct wide *wide = calloc(1, sizeof *wide);
        struct gt_cut cut;
        uint64_t roots[30];

        wide_init(wide, seed);
        gt_cut_init(&cut, &wide->heap);
        for (size_t i = 0; i < 30; i++)
            roots[i] = WIDE_BASE + roll(wide, WIDE_BYTES);
        expect_same_mark(&wide->heap, &cut, NULL, roots, 30);
        expect_same_mark(&wide->heap, &cut, &cut, roots, 30);
        roll_cut(wide, &cut);
        expect_same_mark(&wide->heap, &cut, &cut, roots, 30);
        gt_cut_deinit(&cut);
        gt_heap_deinit(&wide->heap);
        free(wide);
    }
}

/* The longest possible list, which recursion could not follow. */
static void long_lists_are_followed_to_their_end(void **state)
{
    enum { LENGTH = 1 << 20 };
    uint64_t *words = malloc(LENGTH * sizeof *words);
    unsigned char *mask = malloc(LENGTH / 8);
    struct gt_region region = {.base = WIDE_BASE,
                               .slot_size = 8,
                               .count = LENGTH,
                               .scan = GT_SCAN_BITMAP,
                               .bytes = (unsigned char *)words,
                               .mask = mask};
    struct gt_heap heap;
    struct gt_bitmap marked;

    (void)state;
    memset(mask, 0xff, LENGTH / 8);
    for (size_t i = 0; i < LENGTH; i++) /* backwards, against the order of the scan */
        words[i] = i ? WIDE_BASE + (i - 1) * 8 : 0;
    gt_heap_init(&heap, (struct gt_heap_source){0});
    gt_heap_add(&heap, &region);
    assert_null(gt_heap_seal(&heap));
    memset(heap.allocated.words, 0xff, LENGTH / 8);
    gt_bitmap_init(&marked, heap.objects);
    struct gt_marker *marker = gt_marker_create(&heap, NULL, &marked);
    gt_mark_seed(marker, WIDE_BASE + (LENGTH - 1) * UINT64_C(8));
    gt_mark_drain(marker);
    assert_int_equal(gt_bitmap_count(&marked), LENGTH);
    gt_marker_destroy(marker);
    gt_bitmap_deinit(&marked);
    gt_heap_deinit(&heap);
    free(mask);
    free(words);
}

static void an_empty_heap_is_marked(void **state)
{
    struct gt_heap heap;
    struct gt_bitmap marked;

    (void)state;
    gt_heap_init(&heap, (struct gt_heap_source){0});
    assert_null(gt_heap_seal(&heap));
    gt_bitmap_init(&marked, 0);
    struct gt_marker *marker = gt_marker_create(&heap, NULL, &marked);
    gt_mark_seed(marker, 0);
    gt_mark_drain(marker);
    gt_marker_destroy(marker);
    gt_bitmap_deinit(&marked);
    gt_heap_deinit(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wide_graphs_are_marked_as_the_simple_marker_does),
        cmocka_unit_test(long_lists_are_followed_to_their_end),
        cmocka_unit_test(an_empty_heap_is_marked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

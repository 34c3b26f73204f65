/* How many dropped objects the objects like them explain. */
#include "inspector/runtime/roots/kinds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { SLOT = 64, SLOTS = 128, WANTED = 2 * GT_FOR_EACH_MODEL };

/* Slots of one size and of two kinds: the first half has one pointer each, the rest two. */
struct world {
    struct gt_process process;
    struct gt_goheap heap;
    unsigned char bytes[SLOT * SLOTS], mask[SLOTS];
    struct gt_bitmap wanted, models, alike, few;
};

static const uint64_t BASE = 0xc000000000;

static struct world *world_new(void)
{
    struct world *world = calloc(1, sizeof *world);
    struct gt_span span = {.base = BASE, .elem_size = SLOT, .nelems = SLOTS};
    struct gt_region region = {.base = BASE,
                               .slot_size = SLOT,
                               .bytes = world->bytes,
                               .mask = world->mask,
                               .mask_bytes = sizeof world->mask,
                               .count = SLOTS,
                               .scan = GT_SCAN_BITMAP};

    for (size_t i = 0; i < SLOTS; i++)
        world->mask[i] = i < SLOTS / 2 ? 1 : 3;
    world->heap.process = &world->process;
    world->heap.spans = GT_VEC_OF(struct gt_span);
    gt_vec_add(&world->heap.spans, &span);
    gt_heap_init(&world->heap.graph, (struct gt_heap_source){0});
    gt_heap_add(&world->heap.graph, &region);
    assert_null(gt_heap_seal(&world->heap.graph));
    gt_bitmap_init(&world->wanted, SLOTS);
    gt_bitmap_init(&world->models, SLOTS);
    gt_bitmap_init(&world->alike, SLOTS);
    gt_bitmap_init(&world->few, SLOTS);
    for (size_t i = 0; i < WANTED; i++)
        gt_bit_set(&world->wanted, i);
    return world;
}

static void world_free(struct world *world)
{
    gt_bitmap_deinit(&world->wanted);
    gt_bitmap_deinit(&world->models);
    gt_bitmap_deinit(&world->alike);
    gt_bitmap_deinit(&world->few);
    gt_heap_deinit(&world->heap.graph);
    gt_vec_deinit(&world->heap.spans);
    free(world);
}

/* Finds with `same` models of their kind and `other` of the other one. */
static void find(struct world *world, size_t same, size_t other)
{
    for (size_t i = 0; i < same; i++)
        gt_bit_set(&world->models, WANTED + i);
    for (size_t i = 0; i < other; i++)
        gt_bit_set(&world->models, SLOTS / 2 + i);
    gt_kinds_find(&world->heap, &world->wanted, &world->models, &world->alike, &world->few);
}

static void one_for_each_ten_is_enough(void **state)
{
    (void)state;
    struct world *world = world_new();

    find(world, 2, 0);
    assert_int_equal(gt_bitmap_count(&world->alike), WANTED);
    assert_int_equal(gt_bitmap_count(&world->few), 0);
    world_free(world);
}

static void fewer_explain_none(void **state)
{
    (void)state;
    struct world *world = world_new();

    find(world, 1, 0);
    assert_int_equal(gt_bitmap_count(&world->alike), 0);
    assert_int_equal(gt_bitmap_count(&world->few), WANTED);
    world_free(world);
}

static void another_kind_is_nothing(void **state)
{
    (void)state;
    struct world *world = world_new();

    find(world, 0, 40);
    assert_int_equal(gt_bitmap_count(&world->alike), 0);
    assert_int_equal(gt_bitmap_count(&world->few), 0);
    world_free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_for_each_ten_is_enough),
        cmocka_unit_test(fewer_explain_none),
        cmocka_unit_test(another_kind_is_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

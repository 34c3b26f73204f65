/* Masks that the heap's source does not know are asked for in rounds, each in the order of objects,
 * whatever leads to them and with any number of threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "inspector/base/numbers.h"
#include "inspector/graph/mark.h"

#include <stdlib.h>
#include <string.h>

/* The heap: a hub, whose words are all pointers; objects that only a test writes, of which the
 * source knows no mask; and many others at random, so that helpers pay. */
enum {
    PAGE = 8192,
    REGIONS = 640,
    BYTES = REGIONS * PAGE,
    SMALL = 32,   /* bytes of a slot with a bitmap */
    LARGE = 1000, /* of one with a tile; the last page's tail is no slot */
    LARGE_COUNT = PAGE / LARGE,
    OWN_REGIONS = 5,
    OWN = OWN_REGIONS * LARGE_COUNT,
};
#define BASE UINT64_C(0xc000000000)

struct world {
    struct gt_heap heap;
    unsigned char *bytes, *mask;
    uint64_t random;
    struct gt_bitmap known;
    struct gt_u32s learnt; /* the objects whose mask was unknown when it was asked for, in order */
    struct gt_u64s seeds;
};

static uint64_t roll(struct world *world, uint64_t below)
{
    world->random ^= world->random << 13;
    world->random ^= world->random >> 7;
    world->random ^= world->random << 17;
    return world->random % below;
}

static struct gt_tile tile(void *ctx, const struct gt_region *region, uint32_t slot)
{
    static const unsigned char bits[] = {1};
    struct world *world = ctx;
    uint32_t object = region->first + slot;

    if (!gt_bit_test_set(&world->known, object)) gt_u32s_add(&world->learnt, object);
    return (struct gt_tile){bits, 2, 1, 1};
}

static bool knows(const void *ctx, const struct gt_region *region, uint32_t slot)
{
    return gt_bit(&((const struct world *)ctx)->known, region->first + slot);
}

static uint64_t own(unsigned number)
{
    return BASE + PAGE + number / LARGE_COUNT * (uint64_t)PAGE + number % LARGE_COUNT * LARGE;
}

static void put(struct world *world, uint64_t addr, uint64_t value)
{
    memcpy(world->bytes + (addr - BASE), &value, 8);
}

/* Of an object of the test's own, its first pointer. */
static void lead(struct world *world, unsigned from, uint64_t to)
{
    put(world, own(from) + 8, to);
}

static uint64_t anywhere(struct world *world)
{
    uint64_t first = (OWN_REGIONS + 1) * (uint64_t)PAGE;
    return BASE + first + roll(world, BYTES - first);
}

static void add_region(struct world *world, unsigned number)
{
    bool large = number && (number <= OWN_REGIONS || number % 8 == 0);
    struct gt_region region = {.base = BASE + (uint64_t)number * PAGE,
                               .slot_size = !number ? PAGE
                                            : large ? LARGE
                                                    : SMALL,
                               .scan = large ? GT_SCAN_TILED : GT_SCAN_BITMAP,
                               .bytes = world->bytes + (size_t)number * PAGE,
                               .mask = world->mask};

    region.count = (uint32_t)(PAGE / region.slot_size);
    gt_heap_add(&world->heap, &region);
}

static int setup(void **state)
{
    struct world *world = calloc(1, sizeof *world);

    world->bytes = calloc(1, BYTES);
    world->mask = memset(malloc(PAGE / 64), 0xff, PAGE / 64);
    world->random = 1;
    for (uint64_t at = (OWN_REGIONS + 1) * PAGE; at < BYTES; at += 8)
        if (roll(world, 2)) put(world, BASE + at, anywhere(world));
    gt_heap_init(&world->heap, (struct gt_heap_source){.ctx = world, .tile = tile, .knows = knows});
    for (unsigned i = 0; i < REGIONS; i++)
        add_region(world, i);
    assert_null(gt_heap_seal(&world->heap));
    for (uint32_t i = 0; i < world->heap.objects; i++)
        if (i <= OWN || i % 7) gt_bit_set(&world->heap.allocated, i);
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;

    gt_heap_deinit(&world->heap);
    gt_bitmap_deinit(&world->known);
    gt_u32s_deinit(&world->learnt);
    gt_u64s_deinit(&world->seeds);
    free(world->bytes);
    free(world->mask);
    free(world);
    return 0;
}

static void forget(struct world *world)
{
    gt_bitmap_deinit(&world->known);
    gt_bitmap_init(&world->known, world->heap.objects);
    world->learnt.len = 0;
}

/* ---- what is expected: one list, and rounds ------------------------------------------------- */

struct simple {
    struct world *world;
    struct gt_bitmap marked, later;
    struct gt_u32s work, learnt;
};

static void reach(void *ctx, uint64_t offset, uint64_t value)
{
    struct simple *simple = ctx;
    uint32_t object = gt_heap_object(&simple->world->heap, value);

    (void)offset;
    if (object != GT_NO_OBJECT && !gt_bit_test_set(&simple->marked, object))
        gt_u32s_add(&simple->work, object);
}

static void spread(struct simple *simple)
{
    const struct gt_heap *heap = &simple->world->heap;

    while (simple->work.len) {
        uint32_t object = simple->work.at[--simple->work.len];
        if (gt_heap_region_of(heap, object)->scan == GT_SCAN_TILED)
            gt_bit_set(&simple->later, object);
        else
            gt_heap_words(heap, object, reach, simple);
    }
}

static void learn(struct simple *simple)
{
    uint32_t objects = simple->world->heap.objects;

    for (size_t i = gt_bitmap_next(&simple->later, 0); i < objects;
         i = gt_bitmap_next(&simple->later, i + 1)) {
        gt_bit_clear(&simple->later, i);
        gt_u32s_add(&simple->learnt, (uint32_t)i);
        gt_heap_words(&simple->world->heap, (uint32_t)i, reach, simple);
    }
}

static void expect(struct world *world, struct simple *simple)
{
    *simple = (struct simple){.world = world};
    gt_bitmap_init(&simple->marked, world->heap.objects);
    gt_bitmap_init(&simple->later, world->heap.objects);
    forget(world);
    for (size_t i = 0; i < world->seeds.len; i++)
        reach(simple, 0, world->seeds.at[i]);
    for (spread(simple); gt_bitmap_count(&simple->later); spread(simple))
        learn(simple);
}

/* ---- marks ---------------------------------------------------------------------------------- */

static void mark(struct world *world, unsigned threads, const struct gt_cut *cut,
                 struct gt_bitmap *marked)
{
    forget(world);
    world->heap.threads = threads;
    gt_bitmap_init(marked, world->heap.objects);
    struct gt_marker *marker = gt_marker_create(&world->heap, cut, marked);
    for (size_t i = 0; i < world->seeds.len; i++)
        gt_mark_seed(marker, world->seeds.at[i]);
    gt_mark_drain(marker);
    gt_marker_destroy(marker);
}

static void expect_mark(struct world *world, const struct simple *simple, unsigned threads,
                        const struct gt_cut *cut)
{
    struct gt_bitmap marked;

    mark(world, threads, cut, &marked);
    assert_int_equal(world->learnt.len, simple->learnt.len);
    assert_memory_equal(world->learnt.at, simple->learnt.at, 4 * simple->learnt.len);
    assert_memory_equal(marked.words, simple->marked.words, world->heap.objects / 64 * 8);
    assert_int_equal(gt_bitmap_count(&marked), gt_bitmap_count(&simple->marked));
    gt_bitmap_deinit(&marked);
}

/* At least `own_count` of the test's own objects are learnt. */
static void expect_rounds(struct world *world, size_t own_count)
{
    struct gt_cut none;
    struct simple simple;

    gt_cut_init(&none, &world->heap);
    expect(world, &simple);
    assert_true(simple.learnt.len > own_count);
    assert_true(gt_bitmap_count(&simple.marked) > world->heap.objects / 2);
    for (unsigned threads = 1; threads <= 4; threads += 3) {
        expect_mark(world, &simple, threads, NULL);
        expect_mark(world, &simple, threads, &none);
    }
    gt_bitmap_deinit(&simple.marked);
    gt_bitmap_deinit(&simple.later);
    gt_u32s_deinit(&simple.work);
    gt_u32s_deinit(&simple.learnt);
    gt_cut_deinit(&none);
}

/* ---- tests ---------------------------------------------------------------------------------- */

static void a_list_is_learnt_object_by_object(void **state)
{
    struct world *world = *state;

    for (unsigned i = 0; i + 1 < OWN; i++)
        lead(world, i * 7 % OWN, own((i + 1) * 7 % OWN));
    lead(world, (OWN - 1) * 7 % OWN, anywhere(world));
    gt_u64s_add(&world->seeds, own(0));
    expect_rounds(world, OWN);
    for (unsigned i = 0; i < OWN; i++) /* each is a round of its own */
        assert_int_equal(world->learnt.at[i], gt_heap_object(&world->heap, own(i * 7 % OWN)));
}

static void many_seeds_are_learnt_in_the_order_of_objects(void **state)
{
    struct world *world = *state;

    for (unsigned i = OWN; i-- > 0;) {
        lead(world, i, anywhere(world));
        gt_u64s_add(&world->seeds, own(i) + 8);
    }
    expect_rounds(world, OWN);
    for (unsigned i = 0; i < OWN; i++)
        assert_int_equal(world->learnt.at[i], gt_heap_object(&world->heap, own(i)));
}

/* More pointers than a batch has, some of which lead behind the last slot of a region. */
static void the_pointers_of_one_object_are_learnt_in_the_order_of_objects(void **state)
{
    struct world *world = *state;
    size_t count = 0;

    for (unsigned i = 0; i < OWN; i++) {
        uint64_t tail = own(i) / PAGE * PAGE + LARGE_COUNT * LARGE + 8;
        bool past = i % 5 == 2;
        lead(world, i, anywhere(world));
        put(world, BASE + 8 * (uint64_t)(OWN - i), past ? tail : own(i));
        count += !past;
    }
    gt_u64s_add(&world->seeds, BASE);
    expect_rounds(world, count);
    for (unsigned i = 0, at = 0; i < OWN; i++)
        if (i % 5 != 2)
            assert_int_equal(world->learnt.at[at++], gt_heap_object(&world->heap, own(i)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_list_is_learnt_object_by_object, setup, teardown),
        cmocka_unit_test_setup_teardown(many_seeds_are_learnt_in_the_order_of_objects, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            the_pointers_of_one_object_are_learnt_in_the_order_of_objects, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Large objects are scanned in parts, by several threads, and what is marked is the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "inspector/graph/crew/blocks.h"
#include "inspector/graph/mark.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

/* The heap: a large object with a bitmap, two with a tile of which one is mostly holes, objects
 * that lead back to them, and many without pointers. The large ones end in the middle of a part. */
enum {
    PAGE = 8192,
    LARGE = (2 << 20) + 3 * PAGE,
    LARGES = 3,
    SMALL_PAGES = 64,
    PLAIN_PAGES = 256,
    BYTES = LARGES * LARGE + (SMALL_PAGES + PLAIN_PAGES) * PAGE,
    SMALL = 64,
    PLAIN = 16,
    HOLE = LARGE + 10 * PAGE + 24, /* in the first one with a tile */
    HOLE_END = 2 * LARGE - 5 * PAGE,
    MOST_MARKS = 1000,
};
#define BASE UINT64_C(0xc000000000)

struct world {
    struct gt_heap heap;
    struct gt_memory memory;
    unsigned char *bytes, *mask;
    uint64_t random;
    bool known[LARGES];
    pthread_t leader;
    int seen; /* another thread asked for the mask of a large object */
};

static uint64_t roll(struct world *world, uint64_t below)
{
    world->random ^= world->random << 13;
    world->random ^= world->random >> 7;
    world->random ^= world->random << 17;
    return world->random % below;
}

static size_t number_of(const struct gt_region *region)
{
    return (region->base - BASE) / LARGE;
}

static struct gt_tile tile(void *ctx, const struct gt_region *region, uint32_t slot)
{
    static const unsigned char bits[] = {0x05};
    struct world *world = ctx;

    (void)slot;
    if (!pthread_equal(pthread_self(), world->leader))
        __atomic_store_n(&world->seen, 1, __ATOMIC_RELAXED);
    if (!world->known[number_of(region)]) world->known[number_of(region)] = true;
    return (struct gt_tile){bits, 5, 3, 1};
}

static bool knows(const void *ctx, const struct gt_region *region, uint32_t slot)
{
    (void)slot;
    return ((const struct world *)ctx)->known[number_of(region)];
}

static struct gt_filled filled(const void *ctx, uint64_t addr, uint64_t end)
{
    uint64_t hole = BASE + HOLE, after = BASE + HOLE_END;

    (void)ctx;
    if (addr >= hole && addr < after) addr = after;
    if (addr >= end) return (struct gt_filled){end, end};
    return (struct gt_filled){addr, addr < hole && end > hole ? hole : end};
}

static void add(struct world *world, uint64_t at, uint64_t slot_size, uint64_t size,
                enum gt_scan scan)
{
    struct gt_region region = {.base = BASE + at,
                               .slot_size = slot_size,
                               .count = (uint32_t)(size / slot_size),
                               .bytes = world->bytes + at,
                               .mask = scan == GT_SCAN_BITMAP ? world->mask : NULL,
                               .scan = (uint8_t)scan};

    gt_heap_add(&world->heap, &region);
}

static void add_regions(struct world *world)
{
    uint64_t at = LARGES * LARGE;

    add(world, 0, LARGE, LARGE, GT_SCAN_BITMAP);
    add(world, LARGE, LARGE, LARGE, GT_SCAN_TILED);
    add(world, 2 * LARGE, LARGE, LARGE, GT_SCAN_TILED);
    add(world, at, SMALL, SMALL_PAGES * PAGE, GT_SCAN_BITMAP);
    add(world, at + SMALL_PAGES * PAGE, PLAIN, PLAIN_PAGES * PAGE, GT_SCAN_NONE);
    assert_null(gt_heap_seal(&world->heap));
}

/* Most words lead to objects without pointers, and many to none. */
static void fill(struct world *world)
{
    for (size_t at = 0; at < BYTES; at += 8) {
        uint64_t first = roll(world, 8) ? BYTES - PLAIN_PAGES * PAGE : 0;
        uint64_t value = roll(world, 4) ? 0 : BASE + first + roll(world, BYTES - first);
        if (at < HOLE || at >= HOLE_END) memcpy(world->bytes + at, &value, 8);
    }
    for (size_t i = 0; i < LARGE / 64; i++)
        world->mask[i] = (unsigned char)roll(world, 256);
}

static int setup(void **state)
{
    struct world *world = calloc(1, sizeof *world);

    world->bytes = calloc(1, BYTES);
    world->mask = malloc(LARGE / 64);
    world->random = 1;
    world->leader = pthread_self();
    world->memory = (struct gt_memory){.filled = filled};
    fill(world);
    gt_heap_init(&world->heap, (struct gt_heap_source){world, tile, &world->memory, knows});
    add_regions(world);
    for (uint32_t i = 0; i < world->heap.objects; i++)
        if (i < LARGES || i % 7) gt_bit_set(&world->heap.allocated, i);
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;

    gt_heap_deinit(&world->heap);
    free(world->bytes);
    free(world->mask);
    free(world);
    return 0;
}

/* ---- what is expected: one list, and each object at once ------------------------------------- */

struct simple {
    struct world *world;
    const struct gt_cut *cut;
    struct gt_bitmap marked;
    struct gt_u32s work;
    uint64_t address; /* of the object whose words are visited */
};

static void reach(void *ctx, uint64_t offset, uint64_t value)
{
    struct simple *simple = ctx;
    uint32_t object = gt_heap_object(&simple->world->heap, value);

    if (simple->cut && gt_cut_has_word(simple->cut, simple->address + offset)) return;
    if (object == GT_NO_OBJECT || (simple->cut && gt_bit(&simple->cut->blocked, object))) return;
    if (!gt_bit_test_set(&simple->marked, object)) gt_u32s_add(&simple->work, object);
}

static struct gt_bitmap expected(struct world *world, const struct gt_cut *cut)
{
    struct simple simple = {.world = world, .cut = cut};

    gt_bitmap_init(&simple.marked, world->heap.objects);
    reach(&simple, 0, BASE + LARGE);
    while (simple.work.len) {
        uint32_t object = simple.work.at[--simple.work.len];
        simple.address = gt_heap_address(&world->heap, object);
        gt_heap_words(&world->heap, object, reach, &simple);
    }
    gt_u32s_deinit(&simple.work);
    return simple.marked;
}

static void mark(struct world *world, const struct gt_cut *cut, unsigned threads,
                 struct gt_bitmap *marked)
{
    memset(world->known, 0, sizeof world->known);
    world->heap.threads = threads;
    gt_bitmap_init(marked, world->heap.objects);
    struct gt_marker *marker = gt_marker_create(&world->heap, cut, marked);
    gt_mark_seed(marker, BASE + LARGE);
    gt_mark_drain(marker);
    gt_marker_destroy(marker);
}

static void expect_marks(struct world *world, const struct gt_cut *cut)
{
    struct gt_bitmap marked, right = expected(world, cut);

    assert_in_range(gt_bitmap_count(&right), world->heap.objects / 8, world->heap.objects - 1);
    for (unsigned threads = 1; threads <= 4; threads++) {
        mark(world, cut, threads, &marked);
        assert_memory_equal(marked.words, right.words, (right.bits + 63) / 64 * 8);
        gt_bitmap_deinit(&marked);
    }
    gt_bitmap_deinit(&right);
}

static void parts_mark_what_the_whole_does(void **state)
{
    struct world *world = *state;

    assert_true(world->heap.regions[1].sparse);
    assert_false(world->heap.regions[2].sparse);
    expect_marks(world, NULL);
}

static void a_cut_leaves_words_out_of_parts(void **state)
{
    struct world *world = *state;
    struct gt_cut cut;

    gt_cut_init(&cut, &world->heap);
    for (unsigned i = 0; i < 20000; i++)
        gt_cut_word(&cut, &world->heap, BASE + roll(world, BYTES / 8) * 8);
    for (unsigned i = 0; i < 2000; i++)
        gt_bit_set(&cut.blocked, LARGES + roll(world, world->heap.objects - LARGES));
    expect_marks(world, &cut);
    gt_cut_deinit(&cut);
}

/* A helper may come late to one mark, and not to all. */
static void other_threads_scan_parts(void **state)
{
    struct world *world = *state;
    struct gt_bitmap marked;

    for (unsigned i = 0; i < MOST_MARKS && !world->seen; i++) {
        mark(world, NULL, 2, &marked);
        gt_bitmap_deinit(&marked);
    }
    assert_true(world->seen);
}

/* ---- a part alone ---------------------------------------------------------------------------- */

struct member {
    struct gt_part parts[GT_CREW_TAKES];
    size_t count;
};

static void accept(void *to, const void *bundle)
{
    struct member *member = to;
    const struct gt_bundle *given = bundle;

    if (given->is_part) member->parts[member->count++] = given->part;
}

static void work(void *member)
{
    (void)member;
}

static struct gt_part give(uint64_t from, uint64_t to, struct member *helper)
{
    static const struct gt_crew_job job = {sizeof(struct gt_bundle), accept, work};
    struct gt_part part = {7, from, to};
    void *helpers[] = {helper};
    struct gt_crew *crew = gt_crew_create(&job, helpers, 1);

    *helper = (struct member){0};
    while (!gt_crew_waits(crew))
        sched_yield();
    gt_part_give(&part, crew);
    struct member leader = {0};
    while (gt_crew_rest(crew, &leader))
        continue;
    gt_crew_destroy(crew);
    if (leader.count) *helper = leader;
    return part;
}

static void the_second_half_of_a_part_is_given(void **state)
{
    const uint64_t least = 128 << 10;
    struct member helper;
    struct gt_part kept = give(least, 6 * least + 8, &helper);

    (void)state;
    assert_int_equal(helper.count, 1);
    assert_int_equal(helper.parts[0].object, 7);
    assert_int_equal(kept.from, least);
    assert_int_equal(kept.to, 3 * least);
    assert_int_equal(helper.parts[0].from, 3 * least);
    assert_int_equal(helper.parts[0].to, 6 * least + 8);
}

static void a_short_part_is_not_given(void **state)
{
    const uint64_t least = 128 << 10;
    struct member helper;
    struct gt_part kept = give(2 * least, 3 * least, &helper);

    (void)state;
    assert_int_equal(helper.count, 0);
    assert_int_equal(kept.from, 2 * least);
    assert_int_equal(kept.to, 3 * least);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(parts_mark_what_the_whole_does, setup, teardown),
        cmocka_unit_test_setup_teardown(a_cut_leaves_words_out_of_parts, setup, teardown),
        cmocka_unit_test_setup_teardown(other_threads_scan_parts, setup, teardown),
        cmocka_unit_test(the_second_half_of_a_part_is_given),
        cmocka_unit_test(a_short_part_is_not_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

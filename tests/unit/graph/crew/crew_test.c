/* A mark by several threads marks what a mark by one does, and asks for masks in the same order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "inspector/base/call.h"
#include "inspector/base/error.h"
#include "inspector/graph/crew/blocks.h"
#include "inspector/graph/mark.h"

#include <stdlib.h>
#include <string.h>

enum {
    PAGE = 8192,
    REGIONS = 1024,
    BYTES = REGIONS * PAGE,
    SMALL = 32,   /* bytes of a slot with a bitmap */
    LARGE = 1024, /* of one with a tile */
    KINDS = 50,   /* of tiles, by the first word of a slot */
    ROOTS = 4,
};
#define BASE UINT64_C(0xc000000000)

struct world {
    struct gt_heap heap;
    unsigned char *bytes, *mask;
    uint64_t random;
    bool known[KINDS];
    uint32_t learnt[KINDS]; /* the objects by which the kinds were learnt, in order */
    unsigned learnt_count;
};

static uint64_t roll(struct world *world, uint64_t below)
{
    world->random ^= world->random << 13;
    world->random ^= world->random >> 7;
    world->random ^= world->random << 17;
    return world->random % below;
}

static uint64_t kind_of(const struct gt_region *region, uint32_t slot)
{
    return gt_load64(region->bytes + (uint64_t)slot * region->slot_size) % KINDS;
}

static struct gt_tile tile(void *ctx, const struct gt_region *region, uint32_t slot)
{
    static const unsigned char bits[] = {0xff};
    struct world *world = ctx;
    uint64_t kind = kind_of(region, slot);

    if (!world->known[kind]) world->learnt[world->learnt_count++] = region->first + slot;
    if (!world->known[kind]) world->known[kind] = true;
    return (struct gt_tile){bits, 1 + kind, 1, 1};
}

static bool knows(const void *ctx, const struct gt_region *region, uint32_t slot)
{
    const struct world *world = ctx;
    return world->known[kind_of(region, slot)];
}

static void add_region(struct world *world, unsigned number)
{
    bool large = number % 8 == 0;
    struct gt_region region = {.base = BASE + (uint64_t)number * PAGE,
                               .slot_size = large ? LARGE : SMALL,
                               .scan = large ? GT_SCAN_TILED : GT_SCAN_BITMAP,
                               .bytes = world->bytes + (size_t)number * PAGE,
                               .mask = world->mask};

    region.count = (uint32_t)(PAGE / region.slot_size);
    gt_heap_add(&world->heap, &region);
}

static void fill(struct world *world)
{
    for (size_t at = 0; at < BYTES; at += 8) {
        uint64_t value = roll(world, 2) ? 0 : BASE + roll(world, BYTES);
        memcpy(world->bytes + at, &value, 8);
    }
}

static struct world *create(void)
{
    struct world *world = calloc(1, sizeof *world);

    world->bytes = malloc(BYTES);
    world->mask = memset(malloc(PAGE / 64), 0xff, PAGE / 64);
    world->random = 1;
    fill(world);
    gt_heap_init(&world->heap, (struct gt_heap_source){.ctx = world, .tile = tile, .knows = knows});
    for (unsigned i = 0; i < REGIONS; i++)
        add_region(world, i);
    assert_null(gt_heap_seal(&world->heap));
    for (uint32_t i = 0; i < world->heap.objects; i++)
        if (i % 7) gt_bit_set(&world->heap.allocated, i);
    return world;
}

static void destroy(struct world *world)
{
    gt_heap_deinit(&world->heap);
    free(world->bytes);
    free(world->mask);
    free(world);
}

static void mark(struct world *world, const struct gt_cut *cut, unsigned threads,
                 struct gt_bitmap *marked)
{
    memset(world->known, 0, sizeof world->known);
    world->learnt_count = 0;
    world->heap.threads = threads;
    world->heap.notes->dangles = false;
    gt_bitmap_init(marked, world->heap.objects);
    struct gt_marker *marker = gt_marker_create(&world->heap, cut, marked);
    for (uint64_t i = 0; i < ROOTS; i++)
        gt_mark_seed(marker, BASE + i * (BYTES / ROOTS) + PAGE + SMALL);
    gt_mark_drain(marker);
    gt_marker_destroy(marker);
}

static void expect_same(struct world *world, const struct gt_cut *cut)
{
    struct gt_bitmap alone, shared;
    uint32_t learnt[KINDS];

    mark(world, cut, 1, &alone);
    unsigned count = world->learnt_count;
    memcpy(learnt, world->learnt, sizeof learnt);
    assert_in_range(gt_bitmap_count(&alone), world->heap.objects / 2, world->heap.objects - 1);
    assert_int_equal(count, KINDS);
    for (unsigned threads = 2; threads <= 20; threads += 6) {
        mark(world, cut, threads, &shared);
        assert_memory_equal(shared.words, alone.words, (alone.bits + 63) / 64 * 8);
        assert_int_equal(world->learnt_count, count);
        assert_memory_equal(world->learnt, learnt, count * sizeof *learnt);
        assert_true(world->heap.notes->dangles);
        gt_bitmap_deinit(&shared);
    }
    gt_bitmap_deinit(&alone);
}

static void any_number_of_threads_marks_the_same(void **state)
{
    struct world *world = create();

    (void)state;
    expect_same(world, NULL);
    destroy(world);
}

static void a_cut_is_the_same_for_all_threads(void **state)
{
    struct world *world = create();
    struct gt_cut cut;

    (void)state;
    gt_cut_init(&cut, &world->heap);
    for (unsigned i = 0; i < 1000; i++) {
        gt_bit_set(&cut.blocked, roll(world, world->heap.objects));
        gt_bit_set(&cut.no_out_edges, roll(world, world->heap.objects));
        gt_cut_word(&cut, &world->heap, BASE + roll(world, BYTES / 8) * 8);
    }
    expect_same(world, &cut);
    gt_cut_deinit(&cut);
    destroy(world);
}

/* ---- the crew alone -------------------------------------------------------------------------- */

/* Each bundle is a number; a member that takes one gives the next smaller ones, and counts. */
struct member {
    struct gt_crew *crew;
    unsigned waiting[64], count;
    uint64_t sum;
};

static void accept(void *to, const void *bundle)
{
    struct member *member = to;
    memcpy(&member->waiting[member->count++], bundle, sizeof(unsigned));
}

static void work(void *of)
{
    struct member *member = of;

    while (member->count) {
        unsigned number = member->waiting[--member->count];
        member->sum += number;
        if (number) member->waiting[member->count++] = number - 1;
        if (number && !gt_crew_give(member->crew, &(unsigned){number - 1}, 1)) member->sum += 1;
    }
}

static const struct gt_crew_job job = {sizeof(unsigned), accept, work};

static void all_work_is_done_when_the_leader_hears_so(void **state)
{
    enum { HELPERS = 3 };
    struct member members[HELPERS + 1] = {0};
    void *helpers[HELPERS] = {&members[1], &members[2], &members[3]};
    struct gt_crew *crew = gt_crew_create(&job, helpers, HELPERS);

    (void)state;
    for (unsigned i = 0; i <= HELPERS; i++)
        members[i].crew = crew;
    for (unsigned phase = 1; phase <= 3; phase++) {
        uint64_t sum = 0;
        members[0].waiting[members[0].count++] = 5;
        do {
            work(&members[0]);
        } while (gt_crew_rest(crew, &members[0]));
        for (unsigned i = 0; i <= HELPERS; i++)
            sum += members[i].sum;
        /* f(n) = n + 2 f(n - 1) */
        assert_int_equal(sum, 57 * phase);
    }
    gt_crew_destroy(crew);
    gt_crew_destroy(NULL);
}

static struct gt_error *unwind(void *args)
{
    struct member member = {0};
    void *helpers[] = {&member, &member};

    (void)args;
    gt_crew_create(&job, helpers, 2);
    gt_call_fail(1); /* as gt_alloc() does */
    return NULL;
}

static void a_call_that_unwinds_dismisses_its_crew(void **state)
{
    (void)state;
    struct gt_error *error = gt_call_alone(unwind, NULL);
    assert_int_equal(gt_error_code(error), GT_ERR_MEMORY);
    gt_error_destroy(error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_number_of_threads_marks_the_same),
        cmocka_unit_test(a_cut_is_the_same_for_all_threads),
        cmocka_unit_test(all_work_is_done_when_the_leader_hears_so),
        cmocka_unit_test(a_call_that_unwinds_dismisses_its_crew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

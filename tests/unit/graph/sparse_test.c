/* Slots of which parts are known to be zeros have the same words as if nothing was known, but for
 * those of value 0. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "inspector/base/numbers.h"
#include "inspector/graph/heap.h"

#include <stdlib.h>
#include <string.h>

#define BASE UINT64_C(0xc000000000)

enum { PAGE = 4096, SLOT = 1 << 20, SLOTS = 2, PAGES = SLOTS * SLOT / PAGE };

struct world {
    unsigned char *bytes, *mask;
    bool written[PAGES];
    struct gt_tile tile;
    uint64_t asked; /* how often for what is filled */
};

static struct gt_filled filled(const void *ctx, uint64_t addr, uint64_t end)
{
    const struct world *world = ctx;
    uint64_t page = (addr - BASE) / PAGE;

    ((struct world *)(uintptr_t)world)->asked++;
    while (page < PAGES && BASE + page * PAGE < end && !world->written[page])
        page++;
    uint64_t start = BASE + page * PAGE;
    if (start >= end) return (struct gt_filled){end, end};
    while (page < PAGES && world->written[page])
        page++;
    uint64_t stop = BASE + page * PAGE;
    return (struct gt_filled){start > addr ? start : addr, stop < end ? stop : end};
}

static struct gt_tile give_tile(void *ctx, const struct gt_region *region, uint32_t slot)
{
    (void)region, (void)slot;
    return ((struct world *)ctx)->tile;
}

static int setup(void **state)
{
    struct world *world = calloc(1, sizeof *world);

    world->bytes = calloc(SLOTS, SLOT);
    world->mask = malloc(SLOTS * SLOT / 64);
    srand(1);
    for (size_t i = 0; i < SLOTS * SLOT / 64; i++)
        world->mask[i] = (unsigned char)rand();
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;

    free(world->bytes);
    free(world->mask);
    free(world);
    return 0;
}

/* Pages at the ends of slots and by pattern hold words. */
static void write_pages(struct world *world, unsigned pattern)
{
    memset(world->bytes, 0, SLOTS * SLOT);
    memset(world->written, 0, sizeof world->written);
    for (unsigned page = 0; page < PAGES; page++) {
        if (pattern >> page % 16 & 1) world->written[page] = true;
        if (!world->written[page]) continue;
        for (unsigned word = 0; word < PAGE / 8; word++)
            memcpy(world->bytes + page * PAGE + word * 8,
                   &(uint64_t){word % 3 ? page * PAGE + word : 0}, 8);
    }
}

struct words {
    struct gt_u64s offsets, values;
};

static void collect(void *ctx, uint64_t offset, uint64_t value)
{
    struct words *words = ctx;

    if (!value) return;
    gt_u64s_add(&words->offsets, offset);
    gt_u64s_add(&words->values, value);
}

static void seal(struct world *world, enum gt_scan scan, const struct gt_memory *memory,
                 struct gt_heap *heap)
{
    struct gt_region region = {.base = BASE,
                               .slot_size = SLOT,
                               .count = SLOTS,
                               .bytes = world->bytes,
                               .mask = scan == GT_SCAN_BITMAP ? world->mask : NULL,
                               .scan = (uint8_t)scan};

    gt_heap_init(heap, (struct gt_heap_source){.ctx = world, .tile = give_tile, .memory = memory});
    gt_heap_add(heap, &region);
    assert_null(gt_heap_seal(heap));
}

static void words_of(struct world *world, enum gt_scan scan, const struct gt_memory *memory,
                     uint32_t slot, struct words *words)
{
    struct gt_heap heap;

    *words = (struct words){0};
    seal(world, scan, memory, &heap);
    assert_int_equal(heap.regions[0].sparse, memory != NULL);
    gt_heap_words(&heap, slot, collect, words);
    gt_heap_deinit(&heap);
}

static void expect_same(struct world *world, enum gt_scan scan, uint32_t slot)
{
    const struct gt_memory memory = {.ctx = world, .filled = filled};
    struct words all, some;

    words_of(world, scan, NULL, slot, &all);
    words_of(world, scan, &memory, slot, &some);
    assert_int_equal(some.offsets.len, all.offsets.len);
    if (all.offsets.len) {
        assert_memory_equal(some.offsets.at, all.offsets.at, all.offsets.len * 8);
        assert_memory_equal(some.values.at, all.values.at, all.values.len * 8);
    }
    gt_u64s_deinit(&all.offsets), gt_u64s_deinit(&all.values);
    gt_u64s_deinit(&some.offsets), gt_u64s_deinit(&some.values);
}

static const unsigned patterns[] = {0x0001, 0x8000, 0x8001, 0x0ff0, 0x5555, 0x7ffe, 0x0000};

static void a_bitmap_gives_the_same_words(void **state)
{
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        write_pages(*state, patterns[i]);
        for (uint32_t slot = 0; slot < SLOTS; slot++)
            expect_same(*state, GT_SCAN_BITMAP, slot);
    }
}

static void tiles_give_the_same_words(void **state)
{
    static const uint64_t periods[] = {1, 3, 7, 28, 29, 100, 511, 513, 5000, SLOT / 8};
    struct world *world = *state;

    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        write_pages(world, patterns[i]);
        for (size_t j = 0; j < sizeof periods / sizeof *periods; j++) {
            world->tile = (struct gt_tile){world->mask, periods[j], (periods[j] + 1) / 2, j % 2};
            expect_same(world, GT_SCAN_TILED, j % SLOTS);
        }
    }
}

/* Who looks beside a pointer at the end of a part must see whether the next word is one, too. */
static void words_beside_a_part_are_visited(void **state)
{
    struct world *world = *state;
    struct gt_heap heap;
    const struct gt_memory memory = {.ctx = world, .filled = filled};

    write_pages(world, 0x0010);
    seal(world, GT_SCAN_BITMAP, &memory, &heap);
    struct gt_filled part = gt_heap_filled(&heap, &heap.regions[0], 0, 0, SLOT);
    assert_int_equal(part.start, 4 * PAGE - 32);
    assert_int_equal(part.end, 5 * PAGE + 32);
    part = gt_heap_filled(&heap, &heap.regions[0], 0, part.end, SLOT);
    assert_int_equal(part.start, 20 * PAGE - 32);
    part = gt_heap_filled(&heap, &heap.regions[0], 0, SLOT - PAGE, SLOT);
    assert_int_equal(part.start, SLOT);
    gt_heap_deinit(&heap);
}

static void an_empty_slot_costs_one_question(void **state)
{
    struct world *world = *state;
    const struct gt_memory memory = {.ctx = world, .filled = filled};
    struct words none = {0};
    struct gt_heap heap;

    write_pages(world, 0);
    seal(world, GT_SCAN_BITMAP, &memory, &heap);
    world->asked = 0;
    gt_heap_words(&heap, 0, collect, &none);
    assert_int_equal(none.offsets.len, 0);
    assert_int_equal(world->asked, 1);
    gt_heap_deinit(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_bitmap_gives_the_same_words, setup, teardown),
        cmocka_unit_test_setup_teardown(tiles_give_the_same_words, setup, teardown),
        cmocka_unit_test_setup_teardown(words_beside_a_part_are_visited, setup, teardown),
        cmocka_unit_test_setup_teardown(an_empty_slot_costs_one_question, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

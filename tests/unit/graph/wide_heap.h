/*
 * A heap of forty regions of all kinds with random words. It is too large to draw, and small enough
 * for a test to walk it in the simplest way and compare. The same seed makes the same heap.
 */
#ifndef WIDE_HEAP_H
#define WIDE_HEAP_H

#include "inspector/graph/mark.h"

#include <string.h>

enum { WIDE_REGIONS = 40, WIDE_PAGE = 8192, WIDE_BYTES = WIDE_REGIONS * WIDE_PAGE };
#define WIDE_BASE UINT64_C(0xc000000000)

struct wide {
    struct gt_heap heap;
    unsigned char bytes[WIDE_REGIONS][WIDE_PAGE], mask[WIDE_REGIONS][WIDE_PAGE / 64];
    uint64_t random;
};

static inline uint64_t roll(struct wide *wide, uint64_t below)
{
    wide->random ^= wide->random << 13;
    wide->random ^= wide->random >> 7;
    wide->random ^= wide->random << 17;
    return wide->random % below;
}

static inline struct gt_tile strings(void *ctx, const struct gt_region *region, uint32_t slot)
{
    static const unsigned char first[] = {1};

    (void)ctx, (void)region, (void)slot;
    return (struct gt_tile){first, 2, 1, 1};
}

static inline void fill_region(struct wide *wide, unsigned number)
{
    static const uint64_t sizes[] = {8, 16, 24, 48, 112, 520, 1024, WIDE_PAGE};
    struct gt_region region = {.base = WIDE_BASE + (uint64_t)number * WIDE_PAGE,
                               .slot_size = sizes[roll(wide, 8)],
                               .scan = (uint8_t)roll(wide, 3),
                               .bytes = wide->bytes[number],
                               .mask = wide->mask[number]};

    region.count = (uint32_t)(WIDE_PAGE / region.slot_size);
    for (size_t i = 0; i < WIDE_PAGE / 64; i++)
        wide->mask[number][i] = (unsigned char)(roll(wide, 256) & roll(wide, 256));
    for (size_t i = 0; i < WIDE_PAGE; i += 8) {
        uint64_t value = roll(wide, 20) ? 0 : WIDE_BASE + roll(wide, WIDE_BYTES);
        memcpy(wide->bytes[number] + i, &value, 8);
    }
    gt_heap_add(&wide->heap, &region);
}

static inline void wide_init(struct wide *wide, uint64_t seed)
{
    wide->random = seed;
    gt_heap_init(&wide->heap, (struct gt_heap_source){.tile = strings});
    for (unsigned i = 0; i < WIDE_REGIONS; i++)
        fill_region(wide, i);
    gt_error_destroy(gt_heap_seal(&wide->heap)); /* with an error there are no objects to reach */
    for (uint32_t i = 0; i < wide->heap.objects; i++)
        if (roll(wide, 10)) gt_bit_set(&wide->heap.allocated, i);
}

static inline void roll_cut(struct wide *wide, struct gt_cut *cut)
{
    for (uint32_t i = 0; i < wide->heap.objects; i++) {
        if (!roll(wide, 20)) gt_bit_set(&cut->blocked, i);
        if (!roll(wide, 20)) gt_bit_set(&cut->no_out_edges, i);
    }
    for (unsigned i = 0; i < 2000; i++)
        gt_cut_word(cut, &wide->heap, WIDE_BASE + roll(wide, WIDE_BYTES / 8) * 8);
}

#endif

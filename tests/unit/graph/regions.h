/* Heaps of a few regions, which a test describes: where they lie and how large their slots are. */
#ifndef REGIONS_H
#define REGIONS_H

#include "tests/unit/graph/little_heap.h"

#define PAGE UINT64_C(8192)
#define BASE UINT64_C(0xc000000000)

static inline struct gt_region region(uint64_t base, uint64_t slot_size, uint32_t count)
{
    return (struct gt_region){.base = base, .slot_size = slot_size, .count = count};
}

static inline struct gt_error *seal(struct gt_heap *heap, const struct gt_region *regions,
                                    size_t count)
{
    gt_heap_init(heap, (struct gt_heap_source){0});
    for (size_t i = 0; i < count; i++)
        gt_heap_add(heap, &regions[i]);
    return gt_heap_seal(heap);
}

static inline void allocate_all(struct gt_heap *heap)
{
    for (uint32_t i = 0; i < heap->objects; i++)
        gt_bit_set(&heap->allocated, i);
}

#endif

/* Checks what the allocator writes for each object with pointers: its pointers' bits, or its type.
 * An object that has neither was zeroed in the core, since the allocator writes them before it
 * returns the object (runtime/mbitmap.go). */
#include "inspector/runtime/consistency/consistency.h"

static bool any_bit(const unsigned char *bits, uint64_t from, uint64_t count)
{
    for (uint64_t to = from + count; from < to; from++)
        if (bits[from / 8] >> from % 8 & 1) return true;
    return false;
}

static bool has_type(const struct gt_span *span, const struct gt_region *region, uint32_t slot)
{
    uint64_t words = region->slot_size / 8;

    if (span->header) return gt_load64(region->bytes + slot * region->slot_size);
    return any_bit(region->mask, slot * words, words);
}

/* Large objects and those of user arenas get their type later. */
static bool is_checked(const struct gt_span *span, const struct gt_region *region)
{
    return span->span_class >> 1 && !(span->span_class & 1) && region->bytes &&
           (span->header || region->mask);
}

static bool has_bit(const struct gt_bitmap *set, uint32_t object)
{
    return set && gt_bit(set, object);
}

static void check_objects(const struct gt_goheap *heap, const struct gt_span *span,
                          const struct gt_region *region, const struct gt_bitmap *without)
{
    uint64_t bare = 0, first = 0;

    for (uint32_t slot = 0; slot < region->count; slot++) {
        uint32_t object = region->first + slot;
        if (!gt_bit(&heap->graph.allocated, object) || has_bit(without, object) ||
            has_type(span, region, slot))
            continue;
        if (!bare++) first = region->base + slot * region->slot_size;
    }
    gt_contradict(&heap->process->contradictions, GT_CONTRADICTION_OBJECT_TYPES, bare, first);
}

/* Is an allocated object of the region not among the live ones? */
static bool has_dead(const struct gt_goheap *heap, const struct gt_region *region,
                     const struct gt_bitmap *live)
{
    uint32_t end = region->first + region->count;

    for (uint32_t first = region->first / 64 * 64; first < end; first += 64) {
        uint64_t dead = heap->graph.allocated.words[first / 64] & ~live->words[first / 64];
        dead &= gt_low_bits(end - first);
        if (first < region->first) dead &= ~gt_low_bits(region->first - first);
        if (dead) return true;
    }
    return false;
}

void gt_consistency_of_objects(const struct gt_goheap *heap, const struct gt_bitmap *live,
                               const struct gt_gcmarks *marks)
{
    const struct gt_bitmap *without = heap->graph.notes->bare ? NULL : live;

    gt_contradict(&heap->process->contradictions, GT_CONTRADICTION_SPAN_MARKS, marks->foreign,
                  marks->first_foreign);
    for (uint32_t i = 0; i < heap->graph.region_count; i++) {
        const struct gt_region *region = &heap->graph.regions[i];
        const struct gt_span *span = gt_vec_at(&heap->spans, region->tag);
        if (is_checked(span, region) && (!without || has_dead(heap, region, without)))
            check_objects(heap, span, region, without);
    }
}

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

static void check_objects(const struct gt_goheap *heap, const struct gt_span *span,
                          const struct gt_region *region)
{
    uint64_t bare = 0, first = 0;

    for (uint32_t slot = 0; slot < region->count; slot++) {
        if (!gt_bit(&heap->graph.allocated, region->first + slot) || has_type(span, region, slot))
            continue;
        if (!bare++) first = region->base + slot * region->slot_size;
    }
    gt_contradict(&heap->process->contradictions, GT_CONTRADICTION_OBJECT_TYPES, bare, first);
}

void gt_consistency_of_objects(const struct gt_goheap *heap)
{
    if (!heap->graph.notes->bare) return;
    for (uint32_t i = 0; i < heap->graph.region_count; i++) {
        const struct gt_region *region = &heap->graph.regions[i];
        const struct gt_span *span = gt_vec_at(&heap->spans, region->tag);
        if (is_checked(span, region)) check_objects(heap, span, region);
    }
}

/* Visits the words of a set of objects, and prefetches the words of later objects meanwhile. */
#include "inspector/runtime/typing/typing_impl.h"

struct gt_slot_ref gt_slot_ref_near(const struct gt_typing *typing, uint32_t object,
                                    const struct gt_slot_ref *last)
{
    const struct gt_region *region = last->region;

    if (!region || object - region->first >= region->count) return gt_slot_ref_of(typing, object);
    return (struct gt_slot_ref){region, object - region->first, last->header};
}

/* Prefetches both ends, as most small objects are in two cache lines. */
static void fetch(const struct gt_slot_ref *ref)
{
    const struct gt_region *region = ref->region;
    uint64_t offset = ref->slot * region->slot_size;

    if (!region->bytes) return;
    __builtin_prefetch(region->bytes + offset);
    __builtin_prefetch(region->bytes + offset + region->slot_size - 8);
}

struct gt_slot_ref gt_ready_swap(struct gt_ready_slots *ready, struct gt_slot_ref next)
{
    struct gt_slot_ref *place = &ready->ring[ready->at++ % GT_READY], oldest = *place;

    if (next.region) fetch(&next);
    *place = next;
    return oldest;
}

void gt_typing_words_of_all(const struct gt_typing *typing, const struct gt_bitmap *objects,
                            gt_typed_object_fn *begin, gt_typed_word_fn *visit, void *ctx)
{
    uint32_t count = typing->heap->graph.scan_objects;
    struct gt_ready_slots ready = {0};
    struct gt_slot_ref next = {0}, oldest;
    unsigned behind = 0;

    for (size_t i = gt_bitmap_next(objects, 0); i < count || behind < GT_READY;) {
        bool more = i < count;
        if (more) next = gt_slot_ref_near(typing, (uint32_t)i, &next);
        oldest = gt_ready_swap(&ready, more ? next : (struct gt_slot_ref){0});
        if (oldest.region) begin(ctx, gt_slot_object(&oldest));
        if (oldest.region) gt_typing_words_of_slot(typing, &oldest, visit, ctx);
        if (more)
            i = gt_bitmap_next(objects, i + 1);
        else
            behind++;
    }
}

/* Claims become types, and objects with types turn grey. */
#include "inspector/runtime/typing/spread/claims.h"

#include "inspector/runtime/typing/spread/reading.h"
#include "inspector/runtime/typing/spread/work.h"

enum {
    WORD = 8,
    MOST_ZEROS = 1 << 20, /* bytes of a slot of a sparse region that is read whole */
};

/* The object's words will be claimed. While no block waits, it goes where it is read next. That
 * spares a list, which has one grey object at a time, the search of a block for each. The map of
 * grey objects is written without a look at it, as in graph/crew/blocks.h. */
void gt_turn_grey(struct gt_typing *typing, const struct gt_slot_ref *ref)
{
    uint32_t object = gt_slot_object(ref), block = object >> GT_BLOCK_SHIFT;

    if (typing->within && !gt_bit(typing->within, object)) return;
    if (typing->head == typing->tail && !gt_fetched_is_full(typing->ready)) {
        gt_fetched_add(typing->ready, *ref);
        return;
    }
    gt_bit_set(&typing->grey, object);
    if (typing->queued[block] == GT_NOT_QUEUED) gt_enqueue(typing, block);
}

void gt_settle(struct gt_typing *typing, const struct gt_slot_ref *ref, gt_type_id id,
               struct gt_extent extent)
{
    gt_type_changes(typing, gt_slot_object(ref));
    gt_packed_set(&typing->type, gt_slot_object(ref), gt_typed(id, extent));
    gt_turn_grey(typing, ref);
}

/* ---- marks --------------------------------------------------------------------------------- */

static inline void mark(struct gt_typed_mark *reach, uint32_t object)
{
    if (!gt_bit(reach->marked, object)) gt_bit_set(reach->marked, object);
}

static void fetch_bits(const void *ctx, uint32_t object)
{
    const struct gt_typing *typing = ctx;

    __builtin_prefetch(&typing->reach->marked->words[object >> 6], 1);
    __builtin_prefetch(&typing->heap->graph.allocated.words[object >> 6]);
}

GT_INLINE void settle_mark(void *ctx, struct gt_aimed aimed)
{
    const struct gt_typing *typing = ctx;

    if (gt_bit(typing->reach->marked, aimed.object)) return;
    if (gt_bit(&typing->heap->graph.allocated, aimed.object))
        gt_bit_set(typing->reach->marked, aimed.object);
    else
        typing->reach->dangles = true;
}

void gt_mark_waiting(struct gt_typing *typing)
{
    gt_batch_settle(&typing->marks, &typing->heap->graph, fetch_bits, settle_mark, typing);
}

/* Of one element, at an offset in the slot. */
static void mark_words(struct gt_typing *typing, const struct gt_slot_ref *ref, uint64_t offset,
                       uint64_t mask)
{
    for (uint64_t left = mask; left; left &= left - 1) {
        uint64_t at = offset + (uint64_t)__builtin_ctzll(left) * WORD;
        if (at + WORD > ref->region->slot_size) return;
        gt_add_mark(typing, gt_load64(gt_slot_bytes(ref) + at));
    }
}

/* The type that the allocator recorded repeats to the end of the slot. */
void gt_mark_tiles(struct gt_typing *typing, const struct gt_slot_ref *ref, uint64_t offset,
                   uint64_t mask, uint64_t size)
{
    for (; offset + WORD <= ref->region->slot_size; offset += size)
        mark_words(typing, ref, offset, mask);
}

const struct gt_type_row *gt_recorded_row(const struct gt_typing *typing,
                                          const struct gt_slot_ref *ref)
{
    gt_type_id id = gt_types_at(typing->types, gt_goheap_header(typing->heap, gt_slot_object(ref)));

    return id ? gt_type_row(typing, id) : NULL;
}

/* The mask of the type that the allocator recorded, and its size; 0 if one mask does not hold it.
 */
static uint64_t recorded_mask(const struct gt_typing *typing, const struct gt_slot_ref *ref,
                              uint64_t *size)
{
    const struct gt_type_row *row = gt_recorded_row(typing, ref);

    *size = row ? row->size : 0;
    return row && row->words ? row->mask : 0;
}

void gt_reach_slot(struct gt_typing *typing, const struct gt_slot_ref *ref)
{
    const struct gt_region *region = ref->region;
    uint64_t size = region->slot_size, mask = 0;
    uint32_t object = gt_slot_object(ref);

    if (!typing->reach || !region->bytes || gt_bit(&typing->reach->scanned, object)) return;
    if (region->scan == GT_SCAN_BITMAP && !gt_slot_is_wide(region))
        mask = gt_slot_mask(ref);
    else if (region->scan == GT_SCAN_TILED && (!region->sparse || size <= MOST_ZEROS))
        mask = recorded_mask(typing, ref, &size);
    if (!mask || !gt_begins_to_reach(typing->reach, object)) return;
    gt_mark_tiles(typing, ref, gt_slot_skip(ref), mask, size);
    gt_mark_waiting(typing);
}

/* ---- claims -------------------------------------------------------------------------------- */

/* Finds the claim's object, whose region has been prefetched, and prefetches what judging reads. */
static inline void aim(struct gt_typing *typing, struct gt_claim *claim)
{
    const struct gt_region *region = claim->region;
    uint32_t slot = gt_region_slot(region, claim->value), object = region->first + slot;

    if ((region->scan == GT_SCAN_NONE && !claim->reaches) || slot >= region->count) {
        claim->region = NULL;
        return;
    }
    claim->slot = slot;
    if (claim->reaches) __builtin_prefetch(&typing->reach->marked->words[object >> 6], 1);
    claim->offset = claim->value - region->base - slot * region->slot_size;
    claim->first = claim->offset == 0 && claim->count == 1 &&
                   (region->small || (region->scan == GT_SCAN_BITMAP && !gt_slot_is_wide(region)));
    if (region->scan != GT_SCAN_NONE) gt_packed_fetch(&typing->type, object);
    __builtin_prefetch(&typing->heap->graph.allocated.words[object >> 6]);
    if (region->mask && !claim->first)
        __builtin_prefetch(region->mask + slot * region->slot_size / 64);
}

/* Does the claim repeat what is known of its object? */
static inline bool is_known(const struct gt_claim *claim, uint32_t typed)
{
    return gt_typed_id(typed) == claim->type && gt_typed_extent(typed).all &&
           (claim->first || !gt_is_one_value(typed));
}

/* Is it about the one value at the start of a slot that can hold one? */
static inline bool is_about_first(const struct gt_typing *typing, const struct gt_claim *claim)
{
    if (!claim->first) return false;
    const struct gt_type_row *row = gt_type_row(typing, claim->type);
    return row->words && row->words * (uint64_t)WORD <= claim->region->slot_size;
}

/* Most claims are about the first value. If the object has no type yet, it gets this one before its
 * bitmap is read: bitmaps are far apart, and read when the object is. If not all objects are read,
 * nothing may be left to that. */
static inline void judge_first(struct gt_typing *typing, const struct gt_claim *claim,
                               const struct gt_slot_ref *ref)
{
    uint32_t typed = gt_typed_as_one(claim->type);
    uint32_t before =
        gt_packed_offer(&typing->type, &typing->type.free, gt_slot_object(ref), typed);

    if (before == typed) return;
    if (before) {
        if (!is_known(claim, before)) gt_judge(typing, claim);
        return;
    }
    gt_turn_grey(typing, ref);
    if (typing->within || typing->eager) gt_verified(typing, ref);
}

static inline void judge(struct gt_typing *typing, const struct gt_claim *claim)
{
    struct gt_slot_ref ref = {claim->region, claim->slot};

    if (!claim->region) return;
    if (!gt_bit(&typing->heap->graph.allocated, gt_slot_object(&ref))) {
        if (claim->reaches) typing->reach->dangles = true;
        return;
    }
    if (claim->reaches) mark(typing->reach, gt_slot_object(&ref));
    if (claim->region->scan == GT_SCAN_NONE) return;
    if (claim->plain) gt_bit_set(&typing->pointed, gt_slot_object(&ref));
    if (is_about_first(typing, claim))
        judge_first(typing, claim, &ref);
    else if (!claim->first && !is_known(claim, gt_packed_at(&typing->type, gt_slot_object(&ref))))
        gt_judge(typing, claim);
}

void gt_judge_waiting(struct gt_typing *typing)
{
    size_t count = typing->waiting_count;

    for (size_t i = 0; i < count; i++)
        aim(typing, &typing->waiting[i]);
    for (size_t i = 0; i < count; i++)
        judge(typing, &typing->waiting[i]);
    typing->waiting_count = 0;
}

void gt_claim_value(struct gt_typing *typing, uint64_t value, gt_type_id id, uint64_t count)
{
    const struct gt_region *region = gt_heap_region(&typing->heap->graph, value);

    if (region && id < GT_OPAQUE_TYPE) gt_add_claim(typing, region, value, id, count, false, false);
}

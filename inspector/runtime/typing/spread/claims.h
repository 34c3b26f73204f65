/*
 * Claims and marks that wait, while the memory that decides them is fetched. Private to spread/.
 *
 * A claim waits until there are GT_CLAIMS_WAITING of them. Then all are judged together, in order.
 * Values that are only marked wait in a batch of their own (graph/follow.h).
 */
#ifndef GT_RUNTIME_TYPING_SPREAD_CLAIMS_H
#define GT_RUNTIME_TYPING_SPREAD_CLAIMS_H

#include "inspector/graph/follow.h"
#include "inspector/runtime/typing/typing_impl.h"

/* Judges all claims that wait. */
void gt_judge_waiting(struct gt_typing *typing);

/* The words of an object that has a type will be claimed. */
void gt_turn_grey(struct gt_typing *typing, const struct gt_slot_ref *ref);

static inline bool gt_is_any_grey(const struct gt_typing *typing)
{
    return typing->head != typing->tail || !gt_fetched_is_empty(typing->ready);
}

/* Marks what all values lead to that wait. */
void gt_mark_waiting(struct gt_typing *typing);

/* Marks what pointers lead to from an offset in the slot on, where elements of `size` bytes have
 * this mask; the last one may be cut off. */
void gt_mark_tiles(struct gt_typing *typing, const struct gt_slot_ref *ref, uint64_t offset,
                   uint64_t mask, uint64_t size);

/* The row of the type that the allocator recorded; NULL if there is none. Other rows may move. */
const struct gt_type_row *gt_recorded_row(const struct gt_typing *typing,
                                          const struct gt_slot_ref *ref);

/* What the value leads to is marked, and gets no type. */
GT_INLINE void gt_add_mark(struct gt_typing *typing, uint64_t value)
{
    if (gt_batch_add(&typing->marks, &typing->heap->graph, value)) gt_mark_waiting(typing);
}

/* A word says that `value`, which is in the region, points to `count` of a type. `plain`: the word
 * is a plain pointer, and the region has a heap bitmap. `reaches`: the object is marked, too. */
GT_INLINE void gt_add_claim(struct gt_typing *typing, const struct gt_region *region,
                            uint64_t value, gt_type_id id, uint64_t count, bool plain, bool reaches)
{
    struct gt_claim *claim = &typing->waiting[typing->waiting_count++];

    __builtin_prefetch(region);
    claim->region = region;
    claim->value = value;
    claim->type = id;
    claim->count = count;
    claim->plain = plain;
    claim->reaches = reaches;
    if (typing->waiting_count == GT_CLAIMS_WAITING) gt_judge_waiting(typing);
}

#endif

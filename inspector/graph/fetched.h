/*
 * A queue of slots whose words are being fetched.
 *
 * A slot's words and mask are prefetched as it enters. When it leaves, after up to 15 others, they
 * are in the processor's cache. Slots leave in the order in which they entered.
 */
#ifndef GT_GRAPH_FETCHED_H
#define GT_GRAPH_FETCHED_H

#include "inspector/graph/heap.h"

enum { GT_FETCHED_SLOTS = 16 }; /* a power of two */

struct gt_slot_ref { /* an object, with its region */
    const struct gt_region *region;
    uint32_t slot;
};

struct gt_fetched {   /* empty if zeroed */
    unsigned in, out; /* counts of slots that came and went */
    struct gt_slot_ref slots[GT_FETCHED_SLOTS];
};

static inline bool gt_fetched_is_empty(const struct gt_fetched *fetched)
{
    return fetched->in == fetched->out;
}

static inline bool gt_fetched_is_full(const struct gt_fetched *fetched)
{
    return fetched->in - fetched->out == GT_FETCHED_SLOTS;
}

/* Removes the oldest; there must be one. */
static inline struct gt_slot_ref gt_fetched_take(struct gt_fetched *fetched)
{
    return fetched->slots[fetched->out++ % GT_FETCHED_SLOTS];
}

/* Prefetches a slot's bytes and mask. Both ends are fetched, as most small objects are in two cache
 * lines. It is inlined always: gcc leaves out the call of a function that only prefetches. */
static inline __attribute__((always_inline)) void gt_fetch_slot(const struct gt_region *region,
                                                                uint32_t slot)
{
    uint64_t offset = slot * region->slot_size;

    if (!region->bytes) return;
    __builtin_prefetch(region->bytes + offset);
    __builtin_prefetch(region->bytes + offset + region->slot_size - 8);
    if (region->mask) __builtin_prefetch(region->mask + offset / 64);
}

/* There must be room. */
static inline void gt_fetched_add(struct gt_fetched *fetched, struct gt_slot_ref next)
{
    gt_fetch_slot(next.region, next.slot);
    fetched->slots[fetched->in++ % GT_FETCHED_SLOTS] = next;
}

#endif

/*
 * A queue of slots whose words are being fetched.
 *
 * A slot's words and mask are prefetched as it enters. When it leaves, after up to 31 others, they
 * are in the processor's cache. Slots leave in the order in which they entered.
 */
#ifndef GT_GRAPH_FETCHED_H
#define GT_GRAPH_FETCHED_H

#include "inspector/graph/heap.h"

enum { GT_FETCHED_SLOTS = 32 }; /* a power of two */

struct gt_slot_ref { /* an object, with its region */
    const struct gt_region *region;
    uint32_t slot;
};

struct gt_fetched { /* empty if zeroed */
    unsigned at, count;
    struct gt_slot_ref slots[GT_FETCHED_SLOTS]; /* a ring: the oldest is at `at` */
};

static inline bool gt_fetched_is_empty(const struct gt_fetched *fetched)
{
    return fetched->count == 0;
}

static inline bool gt_fetched_is_full(const struct gt_fetched *fetched)
{
    return fetched->count == GT_FETCHED_SLOTS;
}

static inline struct gt_slot_ref *gt_fetched_slot(struct gt_fetched *fetched, unsigned number)
{
    return &fetched->slots[(fetched->at + number) % GT_FETCHED_SLOTS];
}

/* Removes the oldest; there must be one. Its fields are read one by one, as they were written: one
 * read of both would wait until both are in the cache. */
static inline struct gt_slot_ref gt_fetched_take(struct gt_fetched *fetched)
{
    const struct gt_slot_ref *oldest = gt_fetched_slot(fetched, 0);

    fetched->at++;
    fetched->count--;
    return (struct gt_slot_ref){oldest->region, oldest->slot};
}

/* Prefetches a slot's bytes and mask. Both ends are fetched, as most small objects are in two cache
 * lines. Addresses are computed as numbers: what a region lacks is at NULL, and a prefetch from
 * there does nothing. It is inlined always: gcc leaves out the call of a function that only
 * prefetches. */
static inline __attribute__((always_inline)) void gt_fetch_slot(const struct gt_region *region,
                                                                uint32_t slot)
{
    uint64_t offset = slot * region->slot_size;
    uintptr_t bytes = (uintptr_t)region->bytes + offset;

    __builtin_prefetch((const void *)bytes);
    __builtin_prefetch((const void *)(bytes + region->slot_size - 8));
    __builtin_prefetch((const void *)((uintptr_t)region->mask + offset / 64));
}

/* Prefetches the lines between both ends, for a reader that needs all of them. The rest of a larger
 * slot is read in order, which the processor sees. */
static inline __attribute__((always_inline)) void gt_fetch_middle(const struct gt_region *region,
                                                                  uint32_t slot)
{
    enum { LINE = 64, MOST = 8 * LINE };
    uintptr_t bytes = (uintptr_t)region->bytes + slot * region->slot_size;

    for (uint64_t at = LINE; at < MOST && at + LINE < region->slot_size; at += LINE)
        __builtin_prefetch((const void *)(bytes + at));
}

/* There must be room. */
static inline void gt_fetched_add(struct gt_fetched *fetched, struct gt_slot_ref next)
{
    gt_fetch_slot(next.region, next.slot);
    *gt_fetched_slot(fetched, fetched->count++) = next;
}

/* Removes the oldest of a full queue, and adds the next. */
static inline struct gt_slot_ref gt_fetched_exchange(struct gt_fetched *fetched,
                                                     struct gt_slot_ref next)
{
    struct gt_slot_ref *place = gt_fetched_slot(fetched, 0), oldest = *place;

    gt_fetch_slot(next.region, next.slot);
    *place = next;
    fetched->at++;
    return oldest;
}

#endif

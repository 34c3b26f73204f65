/*
 * Following pointer values to objects with prefetches. Private to graph/.
 *
 * Following a pointer waits for memory three times. So values pass two short queues, in order, and
 * the memory of each next step is fetched while they wait:
 *
 *   found   the value is in a region's pages; the region is fetched
 *   aimed   the slot is known; the caller's data for its object is fetched. Then it is settled
 *
 * Or they take these steps in batches. An object's words are fetched while it waits in a queue of
 * slots.
 *
 * The callers' functions are inlined, like those of the walk.
 */
#ifndef GT_GRAPH_FOLLOW_H
#define GT_GRAPH_FOLLOW_H

#include "inspector/graph/walk.h"

enum { GT_FOLLOW_DELAY = 16 }; /* a power of two */

struct gt_found {
    uint64_t value;
    uint32_t region; /* as in the page table: + 1, and 0 is none */
    uint32_t from;   /* the caller's own data */
};

struct gt_aimed {
    uint32_t region; /* the same */
    uint32_t object; /* whether it is allocated is not known yet */
    uint32_t from;
};

/* Zeroed: both queues are empty. A full one gives its oldest entry for the next one. The counts are
 * of entries that came and went, so emptying a queue costs what is in it. */
struct gt_follow {
    unsigned found_in, found_out, aimed_in, aimed_out;
    struct gt_found found[GT_FOLLOW_DELAY];
    struct gt_aimed aimed[GT_FOLLOW_DELAY];
};

typedef void gt_fetch_fn(const void *ctx, uint32_t object);
typedef void gt_settle_fn(void *ctx, struct gt_aimed aimed);

GT_INLINE struct gt_found gt_follow_find(const struct gt_heap *heap, uint64_t value, uint32_t from)
{
    uint64_t page = (value >> GT_PAGE_SHIFT) - heap->first_page;
    uint32_t region = page < heap->page_count ? heap->pages[page] : 0;
    return (struct gt_found){value, region, from};
}

/* Region 0 when the value is past the region's last slot. */
GT_INLINE struct gt_aimed gt_follow_aim(const struct gt_heap *heap, struct gt_found found)
{
    const struct gt_region *region = &heap->regions[found.region - 1];
    uint32_t slot = gt_region_slot(region, found.value);

    if (slot >= region->count) return (struct gt_aimed){0};
    return (struct gt_aimed){found.region, region->first + slot, found.from};
}

GT_INLINE void gt_follow_settle_oldest(struct gt_follow *follow, gt_settle_fn *settle, void *ctx)
{
    settle(ctx, follow->aimed[follow->aimed_out++ % GT_FOLLOW_DELAY]);
}

/* Moves the oldest value on to the next queue. */
GT_INLINE void gt_follow_aim_oldest(struct gt_follow *follow, const struct gt_heap *heap,
                                    gt_fetch_fn *fetch, gt_settle_fn *settle, void *ctx)
{
    struct gt_found oldest = follow->found[follow->found_out++ % GT_FOLLOW_DELAY];
    struct gt_aimed aimed = gt_follow_aim(heap, oldest);

    if (!aimed.region) return;
    fetch(ctx, aimed.object);
    if (follow->aimed_in - follow->aimed_out == GT_FOLLOW_DELAY)
        gt_follow_settle_oldest(follow, settle, ctx);
    follow->aimed[follow->aimed_in++ % GT_FOLLOW_DELAY] = aimed;
}

/* Adds a value to the queues; older values leave them. */
GT_INLINE void gt_follow(struct gt_follow *follow, const struct gt_heap *heap, uint64_t value,
                         uint32_t from, gt_fetch_fn *fetch, gt_settle_fn *settle, void *ctx)
{
    struct gt_found found = gt_follow_find(heap, value, from);

    if (!found.region) return;
    __builtin_prefetch(&heap->regions[found.region - 1]);
    if (follow->found_in - follow->found_out == GT_FOLLOW_DELAY)
        gt_follow_aim_oldest(follow, heap, fetch, settle, ctx);
    follow->found[follow->found_in++ % GT_FOLLOW_DELAY] = found;
}

/* Empties both queues. */
GT_INLINE void gt_follow_all(struct gt_follow *follow, const struct gt_heap *heap,
                             gt_fetch_fn *fetch, gt_settle_fn *settle, void *ctx)
{
    while (follow->found_in != follow->found_out)
        gt_follow_aim_oldest(follow, heap, fetch, settle, ctx);
    while (follow->aimed_in != follow->aimed_out)
        gt_follow_settle_oldest(follow, settle, ctx);
}

/* ---- many values together ------------------------------------------------------------------ */

enum { GT_BATCH = 32 };

/* Values that take each step together. That is cheaper than the queues for a user that settles in
 * few instructions, and may settle a value late. Zeroed: empty. */
struct gt_batch {
    unsigned count;
    struct gt_found found[GT_BATCH];
};

/* Adds a value, if it is in a region. Returns whether the batch is full: settle it then. */
GT_INLINE bool gt_batch_add(struct gt_batch *batch, const struct gt_heap *heap, uint64_t value)
{
    struct gt_found found = gt_follow_find(heap, value, 0);

    if (!found.region) return false;
    __builtin_prefetch(&heap->regions[found.region - 1]);
    batch->found[batch->count++] = found;
    return batch->count == GT_BATCH;
}

/* Settles all values, in order, and empties the batch. None may be added meanwhile. */
GT_INLINE void gt_batch_settle(struct gt_batch *batch, const struct gt_heap *heap,
                               gt_fetch_fn *fetch, gt_settle_fn *settle, void *ctx)
{
    struct gt_aimed aimed[GT_BATCH];
    unsigned count = 0;

    for (unsigned i = 0; i < batch->count; i++) {
        aimed[count] = gt_follow_aim(heap, batch->found[i]);
        if (!aimed[count].region) continue;
        fetch(ctx, aimed[count++].object);
    }
    batch->count = 0;
    for (unsigned i = 0; i < count; i++)
        settle(ctx, aimed[i]);
}

#endif

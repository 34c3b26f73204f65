/*
 * Pointer values on their way to objects. Private to graph/.
 *
 * Following a pointer costs waiting for memory, three times over. So values pass two short delays,
 * in order, and what each step touches is fetched while they wait:
 *
 *   found   the value lies in a region's pages; the region is fetched
 *   aimed   the slot is known; what the user keeps for its object is fetched. Then it is settled
 *
 * The users' functions are inlined, like the walk's.
 */
#ifndef GT_GRAPH_FOLLOW_H
#define GT_GRAPH_FOLLOW_H

#include "inspector/graph/walk.h"

enum { GT_FOLLOW_DELAY = 16 }; /* a power of two */

struct gt_found {
    uint64_t value;
    uint32_t region; /* as in the page table: + 1, and 0 is none */
    uint32_t from;   /* the user's own */
};

struct gt_aimed {
    uint32_t region; /* the same */
    uint32_t object; /* whether it is allocated is not known yet */
    uint32_t from;
};

struct gt_follow { /* zeroed, nothing is under way */
    unsigned found_at, aimed_at;
    struct gt_found found[GT_FOLLOW_DELAY]; /* the next one in takes the place of the oldest */
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

/* Region 0 when the value lies past the region's last slot. */
GT_INLINE struct gt_aimed gt_follow_aim(const struct gt_heap *heap, struct gt_found found)
{
    const struct gt_region *region = &heap->regions[found.region - 1];
    uint32_t slot = gt_region_slot(region, found.value);

    if (slot >= region->count) return (struct gt_aimed){0};
    return (struct gt_aimed){found.region, region->first + slot, found.from};
}

GT_INLINE void gt_follow_aimed(struct gt_follow *follow, struct gt_aimed aimed,
                               gt_settle_fn *settle, void *ctx)
{
    unsigned at = follow->aimed_at++ % GT_FOLLOW_DELAY;
    struct gt_aimed oldest = follow->aimed[at];

    follow->aimed[at] = aimed;
    if (oldest.region) settle(ctx, oldest);
}

GT_INLINE void gt_follow_found(struct gt_follow *follow, const struct gt_heap *heap,
                               struct gt_found found, gt_fetch_fn *fetch, gt_settle_fn *settle,
                               void *ctx)
{
    unsigned at = follow->found_at++ % GT_FOLLOW_DELAY;
    struct gt_found oldest = follow->found[at];

    follow->found[at] = found;
    if (!oldest.region) return;
    struct gt_aimed aimed = gt_follow_aim(heap, oldest);
    if (!aimed.region) return;
    fetch(ctx, aimed.object);
    gt_follow_aimed(follow, aimed, settle, ctx);
}

/* Sends a value on its way; older ones arrive. */
GT_INLINE void gt_follow(struct gt_follow *follow, const struct gt_heap *heap, uint64_t value,
                         uint32_t from, gt_fetch_fn *fetch, gt_settle_fn *settle, void *ctx)
{
    struct gt_found found = gt_follow_find(heap, value, from);

    if (!found.region) return;
    __builtin_prefetch(&heap->regions[found.region - 1]);
    gt_follow_found(follow, heap, found, fetch, settle, ctx);
}

/* Lets all that is under way arrive. */
GT_INLINE void gt_follow_all(struct gt_follow *follow, const struct gt_heap *heap,
                             gt_fetch_fn *fetch, gt_settle_fn *settle, void *ctx)
{
    for (unsigned i = 0; i < GT_FOLLOW_DELAY; i++)
        gt_follow_found(follow, heap, (struct gt_found){0}, fetch, settle, ctx);
    for (unsigned i = 0; i < GT_FOLLOW_DELAY; i++)
        gt_follow_aimed(follow, (struct gt_aimed){0}, settle, ctx);
}

/* Asks for a slot's bytes and mask. Both ends, as most small objects lie across two cache lines. */
GT_INLINE void gt_follow_fetch_slot(const struct gt_region *region, uint32_t slot)
{
    uint64_t offset = slot * region->slot_size;

    if (!region->bytes) return;
    __builtin_prefetch(region->bytes + offset);
    __builtin_prefetch(region->bytes + offset + region->slot_size - 8);
    if (region->mask) __builtin_prefetch(region->mask + offset / 64);
}

#endif

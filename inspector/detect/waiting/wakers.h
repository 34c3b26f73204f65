/*
 * What could wake a goroutine: the roots that lead to the object that it waits for.
 *
 * What a goroutine holds only because it waits is no path: the pointers out of its g and of its
 * sudogs are left out for all goroutines. The nearest wakers come first. The tables are built once
 * and serve all goroutines; they borrow the analysis.
 */
#ifndef GT_DETECT_WAKERS_H
#define GT_DETECT_WAKERS_H

#include "inspector/detect/describe/path.h"
#include "inspector/graph/reverse_edges.h"

struct gt_wakers {
    struct gt_heap_analysis *analysis;
    struct gt_reverse_edges parents;
    struct gt_vec pointed; /* struct pointed: targets of roots, by object */
    struct gt_map timers;  /* objects of running timers -> 0 */
    struct gt_map weak;    /* targets of weak pointers -> 0 */
    struct gt_keys keys;
    uint64_t
        *fellows; /* by goroutine: the last search that reached it, and whether it waits for the
                   * same as the one of that search, and for nothing else: 2 * search + 1 */
    uint64_t searches;
    uint64_t steps; /* steps that searches may still take; bounds the work on damaged memory */
};

struct gt_way { /* from a root to what is waited for */
    uint32_t root;
    const uint32_t *objects;
    size_t count;
};

void gt_wakers_init(struct gt_wakers *wakers, struct gt_heap_analysis *analysis);
void gt_wakers_deinit(struct gt_wakers *wakers);

/* Allows as many steps again as at the start. */
void gt_wakers_refill(struct gt_wakers *wakers);

/* Calls `visit` for every path to what goroutine `number` waits for, the shortest first, until it
 * returns false. Paths from the goroutine itself, and from those that wait for the same and nothing
 * else, are left out. False when there may be more: the search gave up, or a weak pointer leads
 * there too, which its holder can make strong. */
typedef bool gt_way_fn(void *ctx, const struct gt_way *way);
bool gt_wakers_visit(struct gt_wakers *wakers, uint32_t number, gt_way_fn *visit, void *ctx);

/* The goroutine at which a path starts; analysis->goroutines->count when it starts elsewhere. */
uint32_t gt_way_goroutine(const struct gt_heap_analysis *analysis, const struct gt_way *way);

/* "goroutine", "timer", "global", "finalizer", "cleanup" or "other": what could act. */
enum gt_waker_kind gt_way_kind(const struct gt_wakers *wakers, const struct gt_way *way);

/* Does the path come from a timer that itself acts on it, by its channel, its function's variables,
 * or its context? Other timers lead to almost everything. */
bool gt_way_by_timer(const struct gt_wakers *wakers, const struct gt_way *way);

#endif

/*
 * Who could wake a goroutine: what leads to the thing that it waits for.
 *
 * What a goroutine holds only because it waits is no way: the pointers out of its g and of its
 * sudogs are left out for all. Wakers come nearest first. The tables are built once and answer for
 * all goroutines; they borrow the analysis.
 */
#ifndef GT_DETECT_WAKERS_H
#define GT_DETECT_WAKERS_H

#include "inspector/detect/describe/path.h"
#include "inspector/graph/reverse_edges.h"

struct gt_wakers {
    struct gt_heap_analysis *analysis;
    struct gt_reverse_edges parents;
    struct gt_vec pointed; /* struct pointed: what roots point to, by object */
    struct gt_map timers;  /* objects of timers that run -> 0 */
    struct gt_map weak;    /* objects that weak pointers lead to -> 0 */
    struct gt_keys keys;
    uint64_t steps; /* that searches may still take: damage must not make them endless */
};

struct gt_way { /* from a root to what is waited for */
    uint32_t root;
    const uint32_t *objects;
    size_t count;
};

void gt_wakers_init(struct gt_wakers *wakers, struct gt_heap_analysis *analysis);
void gt_wakers_deinit(struct gt_wakers *wakers);

/* As many steps again as at the start. */
void gt_wakers_refill(struct gt_wakers *wakers);

/* Calls `visit` for every way to what goroutine `number` waits for, the shortest first, until it
 * returns false; ways from the goroutine itself, and from those that wait for the same and nothing
 * else, are left out. False when there may be more: it gave up, or a weak pointer leads there too,
 * which whoever has it can make a strong one. */
typedef bool gt_way_fn(void *ctx, const struct gt_way *way);
bool gt_wakers_visit(struct gt_wakers *wakers, uint32_t number, gt_way_fn *visit, void *ctx);

/* The goroutine that a way starts at; analysis->goroutines->count when it starts elsewhere. */
uint32_t gt_way_goroutine(const struct gt_heap_analysis *analysis, const struct gt_way *way);

/* "goroutine", "timer", "global", "finalizer", "cleanup" or "other": what could act. */
enum gt_waker_kind gt_way_kind(const struct gt_wakers *wakers, const struct gt_way *way);

/* Does the way come from a timer whose own doing it is: its channel, its function's variables, its
 * context? Others' timers lead everywhere. */
bool gt_way_by_timer(const struct gt_wakers *wakers, const struct gt_way *way);

#endif

/*
 * Which goroutines nothing wakes: the fixpoint behind proof (hanging.h) and suspicion
 * (abandoned.h).
 *
 *   1. The candidates are taken away with all that they hold, and so is what else the caller does
 *      not count.
 *   2. The rest is marked. A candidate that waits for something marked may run. It is given back,
 *      and the mark goes on from it.
 *   3. When nothing changes any more, nothing wakes the candidates that are left.
 *
 * The caller starts with `marked` as the mark without `without`, and says which of the objects that
 * a goroutine waits for would wake it. What lies outside the heap can always be reached. A weak
 * pointer counts like any other for the holder of its handle. A mark that reaches too much can only
 * take goroutines off the list. The fixpoint owns its tables and borrows the analysis.
 */
#ifndef GT_DETECT_FIXPOINT_H
#define GT_DETECT_FIXPOINT_H

#include "inspector/detect/retention/baseline.h"

/* Would a goroutine be woken by whoever reaches this thing, one of those it waits for? */
typedef bool gt_wakes_fn(void *ctx, uint32_t goroutine, uint64_t thing);

struct gt_fixpoint {
    struct gt_heap_analysis *analysis;
    const bool *candidates;
    bool *asleep;       /* by goroutine: not known to run again */
    gt_wakes_fn *wakes; /* NULL: all do */
    void *ctx;
    struct gt_exclusion without;
    struct gt_bitmap marked;
    struct gt_marker *marker;
    struct gt_vec watches; /* struct watch, by object */
    struct gt_map first;   /* object -> its first watch */
    struct gt_bitmap watched;
    struct gt_vec met; /* uint32_t: watched objects that were reached and are not dealt with yet */
};

/* Nothing is away or marked yet. Of the goroutines that block, those that are no candidates run. */
void gt_fixpoint_init(struct gt_fixpoint *fixpoint, struct gt_heap_analysis *analysis,
                      const bool *candidates);
/* Leaves in `asleep` those that nothing wakes. Once; all that blocks must be away. */
void gt_fixpoint_reach(struct gt_fixpoint *fixpoint);
void gt_fixpoint_deinit(struct gt_fixpoint *fixpoint);

#endif

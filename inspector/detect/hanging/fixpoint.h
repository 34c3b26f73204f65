/*
 * Which goroutines nothing wakes: the fixpoint behind proof (hanging.h) and suspicion
 * (abandoned.h).
 *
 *   1. The candidates are taken away with all that they hold. So is everything else that the caller
 *      excludes.
 *   2. The rest is marked. A candidate that waits for something marked may run. It is added back,
 *      and the mark continues from it.
 *   3. When nothing changes any more, nothing wakes the candidates that are left.
 *
 * The caller starts with `marked` as the mark without `without`, and decides which of the objects
 * that a goroutine waits for would wake it. Objects outside the heap can always be reached. A weak
 * pointer counts like any other for the holder of its handle. A mark that reaches too much can only
 * remove goroutines from the result. The fixpoint owns its tables and borrows the analysis.
 */
#ifndef GT_DETECT_FIXPOINT_H
#define GT_DETECT_FIXPOINT_H

#include "inspector/base/numbers.h"
#include "inspector/detect/retention/baseline.h"

/* Is a goroutine woken by what reaches this object, which it waits for? */
typedef bool gt_wakes_fn(void *ctx, uint32_t goroutine, uint64_t thing);

struct gt_fixpoint {
    struct gt_heap_analysis *analysis;
    const bool *candidates;
    bool *asleep;       /* by goroutine: not known to run again */
    gt_wakes_fn *wakes; /* NULL: every object wakes */
    void *ctx;
    bool timers_rest; /* `without` has the timers, so one that the scheduler holds wakes nobody */
    struct gt_exclusion *without;
    struct gt_bitmap marked;
    struct gt_marker *marker;
    struct gt_vec watches; /* struct watch, by object */
    struct gt_map first;   /* object -> its first watch */
    struct gt_bitmap watched;
    struct gt_u32s reached; /* watched objects that were reached and are not handled yet */
};

/* True if no goroutine blocks: then none is asleep, whatever is left out, and nothing need be
 * marked. */
bool gt_fixpoint_is_empty(const struct gt_heap_analysis *analysis);

/* Nothing is marked yet. Goroutines that block and are no candidates count as running. `without`
 * must have all goroutines that block before gt_fixpoint_reach(). It is borrowed, and changed until
 * gt_fixpoint_deinit(). */
void gt_fixpoint_init(struct gt_fixpoint *fixpoint, struct gt_heap_analysis *analysis,
                      const bool *candidates, struct gt_exclusion *without);
/* Leaves in `asleep` the goroutines that nothing wakes. It is called once. */
void gt_fixpoint_reach(struct gt_fixpoint *fixpoint);
void gt_fixpoint_deinit(struct gt_fixpoint *fixpoint);

#endif

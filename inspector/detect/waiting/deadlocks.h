/*
 * Deadlocks: which goroutines need which others to continue, which are stuck, and the circles among
 * them.
 *
 * Goroutines that wait for the same objects in the same role are one class, and need the same
 * others: the owners of the mutex, as far as frames show them (lock_owners.h), else all that lead
 * to what they wait for (unstuck.h; for circles, wakers.h). A goroutine that hangs is stuck.
 * Another one is stuck when all that it needs are. This is no proof: any code may come to a global
 * mutex or channel.
 *
 * The deadlocks own their tables and borrow the analysis, the wakers and `hangs`.
 */
#ifndef GT_DETECT_DEADLOCKS_H
#define GT_DETECT_DEADLOCKS_H

#include "inspector/detect/waiting/lock_owners.h"
#include "inspector/detect/waiting/wakers.h"
#include "inspector/graph/stuck.h"

#define GT_NO_CLASS UINT32_MAX

struct gt_need_of { /* a goroutine that a class needs */
    uint32_t goroutine;
    bool holds; /* it owns the lock, by `ownership`; else it only leads to what they wait for */
    struct gt_ownership ownership;
};

struct gt_wait_class {
    uint32_t member;     /* one of the goroutines; one that hangs if there is any */
    size_t first, count; /* in `needed`: the owners, or for a stuck class the goroutines that reach
                          * its objects */
    uint8_t need;        /* enum gt_stuck_when */
};

struct gt_deadlocks {
    struct gt_heap_analysis *analysis;
    struct gt_wakers *wakers;
    const bool *hangs;
    struct gt_lock_owners owners;
    uint32_t *class_of;    /* by goroutine; GT_NO_CLASS: it waits for nothing that can come */
    struct gt_vec classes; /* struct gt_wait_class */
    struct gt_vec needed;  /* struct gt_need_of */
    struct gt_needs needs; /* nodes: goroutines, then classes */
    bool *stuck;           /* by node */
    bool whole;            /* all that reach what stuck goroutines wait for were found */
};

void gt_deadlocks_init(struct gt_deadlocks *deadlocks, struct gt_heap_analysis *analysis,
                       struct gt_wakers *wakers, const bool *hangs);
/* The same for locks alone, which is cheap since it needs no wakers. `waiters` as in
 * lock_owners.h. */
void gt_deadlocks_init_locks(struct gt_deadlocks *deadlocks, struct gt_heap_analysis *analysis,
                             const bool *hangs, bool waiters);
void gt_deadlocks_deinit(struct gt_deadlocks *deadlocks);

/* What a goroutine's class needs; NULL when it has no class. */
const struct gt_wait_class *gt_class_of(const struct gt_deadlocks *deadlocks, uint32_t goroutine);

/* Why goroutine `from` needs `to`; NULL if it does not. */
const struct gt_need_of *gt_need_between(const struct gt_deadlocks *deadlocks, uint32_t from,
                                         uint32_t to);

/* Calls `visit` with the goroutines of each circle. False when there may be more. */
bool gt_deadlocks_circles(const struct gt_deadlocks *deadlocks, gt_circle_fn *visit, void *ctx);

#endif

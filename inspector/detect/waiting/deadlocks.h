/*
 * Deadlocks: who needs whom to go on, who is stuck for it, and the circles among them.
 *
 * Goroutines that wait for the same things in the same role are one class, and need the same
 * others: those who hold the mutex, as far as frames tell (lock_owners.h), else whoever leads to
 * what they wait for (unstuck.h; for circles, wakers.h). A goroutine that hangs is stuck; the
 * others are stuck when all that they need are, which is no proof: code may come to a global mutex
 * or channel from anywhere.
 *
 * The deadlocks own their tables and borrow the analysis, the wakers and `hangs`.
 */
#ifndef GT_DETECT_DEADLOCKS_H
#define GT_DETECT_DEADLOCKS_H

#include "inspector/detect/waiting/lock_owners.h"
#include "inspector/detect/waiting/wakers.h"
#include "inspector/graph/stuck.h"

#define GT_NO_CLASS UINT32_MAX

struct gt_need_of { /* one that a class needs */
    uint32_t goroutine;
    bool holds; /* told by `holding`; else it only leads to what they wait for */
    struct gt_ownership ownership;
};

struct gt_wait_class {
    uint32_t member;     /* one of the goroutines; hanging if any is */
    size_t first, count; /* in `needed`: who holds it, or when stuck who reaches it */
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
    bool whole;            /* all who reach what stuck goroutines wait for were found */
};

void gt_deadlocks_init(struct gt_deadlocks *deadlocks, struct gt_heap_analysis *analysis,
                       struct gt_wakers *wakers, const bool *hangs);
/* The same as far as locks alone tell: cheap, as it needs no wakers. `waiters` as in lock_owners.h.
 */
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

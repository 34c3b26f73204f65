/*
 * What exactly a goroutine blocks on: the mutex and not its semaphore, and which end of a channel.
 *
 * The runtime's wait (waits.h) names semaphores and notify lists. The wait reason and the frames of
 * sync above it show which type of sync each is part of, in all versions alike. The layout of that
 * type gives the address where it begins (layout_fields.def).
 */
#ifndef GT_RUNTIME_BLOCKED_H
#define GT_RUNTIME_BLOCKED_H

#include "inspector/runtime/waits/waits.h"

struct gt_blocked {
    enum gt_thing_kind what;
    enum gt_action action;
    uint64_t address; /* where the object begins */
};

/* The index-th of the objects of `wait`, which is the wait of `g`. */
struct gt_blocked gt_blocked_on(const struct gt_waits *waits, const struct gt_goroutine *g,
                                const struct gt_wait *wait, size_t index);

#endif

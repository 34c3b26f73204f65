/*
 * What exactly a goroutine blocks on: the mutex and not its semaphore, and which end of a channel.
 *
 * The runtime's wait (waits.h) knows semaphores and notify lists. Which of sync's types they are
 * part of, the wait reason and the frames of sync above it tell, in all versions alike; where it
 * begins follows from where that type keeps them (layout_fields.def).
 */
#ifndef GT_RUNTIME_BLOCKED_H
#define GT_RUNTIME_BLOCKED_H

#include "inspector/runtime/waits/waits.h"

struct gt_blocked {
    enum gt_thing_kind what;
    enum gt_action action;
    uint64_t address; /* where the thing begins */
};

/* The index-th of the objects that `wait`, the wait of `g`, is for. */
struct gt_blocked gt_blocked_on(const struct gt_waits *waits, const struct gt_goroutine *g,
                                const struct gt_wait *wait, size_t index);

#endif

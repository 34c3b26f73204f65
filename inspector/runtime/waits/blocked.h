/*
 * What exactly a goroutine blocks on: the mutex and not its semaphore, and which end of a channel.
 *
 * The runtime's wait (waits.h) knows semaphores and notify lists. Which of sync's types they are
 * part of, the wait reason and the frames of sync above it tell, in all versions alike; where it
 * begins follows from where that type keeps them, which has not moved since Go 1.19.
 */
#ifndef GT_RUNTIME_BLOCKED_H
#define GT_RUNTIME_BLOCKED_H

#include "inspector/runtime/waits/waits.h"

enum gt_blocked_role { /* what the goroutine wants of the thing */
                       GT_ROLE_OTHER,
                       GT_ROLE_RECEIVE,
                       GT_ROLE_SEND,
                       GT_ROLE_LOCK,  /* of a mutex; of a RWMutex, after another writer */
                       GT_ROLE_READ,  /* of a RWMutex, after a writer */
                       GT_ROLE_WRITE, /* of a RWMutex, after its readers */
                       GT_ROLE_WAIT,  /* for a wait group's counter */
};

struct gt_blocked {
    const char *what; /* "channel", "mutex", "rwmutex", "wait group", "once", "condition",
                         "coroutine"; "semaphore" when it is none of these */
    enum gt_blocked_role role;
    uint64_t address; /* where the thing begins */
};

/* The index-th of the objects that `wait`, the wait of `g`, is for. */
struct gt_blocked gt_blocked_on(const struct gt_waits *waits, const struct gt_goroutine *g,
                                const struct gt_wait *wait, size_t index);

#endif

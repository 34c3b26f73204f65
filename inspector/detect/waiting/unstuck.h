/*
 * The goroutines that are not stuck, found by one mark for all of them.
 *
 * Invariant: an object is marked exactly when something that may act reaches it: a root that
 * belongs to no goroutine, or a goroutine that is not stuck. So whoever waits for a marked object
 * is not stuck either, and what it keeps is marked in turn, until nothing changes. Goroutines that
 * wait for a lock with known owners are unstuck when those are, whoever else reaches the lock.
 *
 * The cost is that of a mark, however many goroutines there are.
 */
#ifndef GT_DETECT_UNSTUCK_H
#define GT_DETECT_UNSTUCK_H

#include "inspector/detect/waiting/deadlocks.h"

/* Sets deadlocks->stuck, by the needs, and by who reaches what the classes without known owners
 * wait for. */
void gt_unstuck_find(struct gt_deadlocks *deadlocks);

#endif

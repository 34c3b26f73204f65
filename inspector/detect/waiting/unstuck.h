/*
 * The goroutines that are not stuck, found by one mark for all of them.
 *
 * Invariant: an object is marked exactly when something that may act reaches it: a root without a
 * goroutine, or a goroutine that is not stuck. So a goroutine that waits for a marked object is not
 * stuck either, and what it keeps is marked in turn, until nothing changes. Goroutines that wait
 * for a lock with known owners are unstuck when those are, whatever else reaches the lock.
 *
 * The cost is that of one mark, for any number of goroutines.
 */
#ifndef GT_DETECT_UNSTUCK_H
#define GT_DETECT_UNSTUCK_H

#include "inspector/detect/waiting/deadlocks.h"

/* Sets deadlocks->stuck, by the needs, and by what reaches the objects of classes without known
 * owners. */
void gt_unstuck_find(struct gt_deadlocks *deadlocks);

#endif

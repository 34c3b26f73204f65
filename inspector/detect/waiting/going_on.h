/*
 * Who may go on: the goroutines that are not stuck, found by one mark for all of them.
 *
 * Invariant: an object is marked exactly when something that may act reaches it: a root that is no
 * goroutine's, or a goroutine that is not stuck. So what waits for a marked object is not stuck
 * either, and what it keeps is marked in turn, until nothing changes. Goroutines whose lock's
 * holders are known go on when those do, whoever else reaches the lock.
 *
 * The cost is that of a mark, however many goroutines there are.
 */
#ifndef GT_DETECT_GOING_ON_H
#define GT_DETECT_GOING_ON_H

#include "inspector/detect/waiting/deadlocks.h"

/* Sets deadlocks->stuck, by the needs and by who reaches what classes without known holders wait
 * for. */
void gt_going_on_find(struct gt_deadlocks *deadlocks);

#endif

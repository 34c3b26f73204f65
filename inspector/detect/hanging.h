/*
 * Which goroutines hang: blocked on something that no goroutine which may yet run can reach, by the
 * fixpoint of the runtime's own leak detector (runtime/mgc.go, findGoroutineLeaks):
 *   1. take away the goroutines that block on objects of the heap, with all they hold;
 *   2. mark from the rest; whoever waits for something marked may run: give it back and mark on;
 *   3. what is left when nothing changes hangs.
 * The runtime does so while the world stands still. A core may catch a thread inside the scheduler,
 * so what that holds counts too (runtime/scheduler.h). A weak pointer counts like any other for
 * whoever has its handle, which the runtime leaves out. And a timer that was stopped counts for
 * those who may start it again, not for the heap that it is still in.
 * Over-marking can only hide one. Where anything is missing from the core, it is no proof.
 */
#ifndef GT_DETECT_HANGING_H
#define GT_DETECT_HANGING_H

#include "inspector/detect/contest.h"

/* By goroutine: does it hang? The caller frees it. */
bool *gt_hanging_find(struct gt_study *study);

#endif

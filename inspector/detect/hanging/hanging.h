/*
 * Which goroutines hang: blocked on something that no goroutine which may yet run can reach, by the
 * fixpoint of the runtime's own leak detector (runtime/mgc.go, findGoroutineLeaks; fixpoint.h).
 * The candidates are those that block on objects of the heap, or on nothing that could come.
 *
 * The runtime does so while the world stands still. A core may catch a thread inside the scheduler,
 * so what that holds counts too (runtime/scheduler.h). A weak pointer counts for whoever has its
 * handle, which the runtime leaves out. And a timer that was stopped counts for those who may start
 * it again, not for the heap that it is still in.
 * A main goroutine in select {}, or on a nil channel, never runs again: its stack is no root. It
 * waits so on purpose, and is not told as one that hangs.
 * Where anything is missing from the core, it is no proof.
 */
#ifndef GT_DETECT_HANGING_H
#define GT_DETECT_HANGING_H

#include "inspector/detect/retention/baseline.h"

/* By goroutine: does it hang? The caller frees it. */
bool *gt_hanging_find(struct gt_heap_analysis *analysis);

#endif

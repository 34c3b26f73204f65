/*
 * Which goroutines hang: those blocked on something that no goroutine which may still run can
 * reach. They are found by the fixpoint of the runtime's own leak detector (runtime/mgc.go,
 * findGoroutineLeaks; fixpoint.h). The candidates block on objects of the heap, or on something
 * that can never happen.
 *
 * Three rules differ from the runtime's. The runtime searches while the world is stopped. In a core
 * a thread may be inside the scheduler, so what that thread holds counts too (waits/scheduler.h). A
 * weak pointer counts for the holder of its handle. A timer that was stopped counts for those that
 * may start it again, not for the timer heap that it is still in.
 *
 * A main goroutine that nothing wakes never runs again: its stack is no root. So it is in select
 * {}, on a nil channel, and on a channel that it alone holds. It waits there on purpose, and is not
 * reported as hung. If anything is missing from the core, nothing is proven.
 */
#ifndef GT_DETECT_HANGING_H
#define GT_DETECT_HANGING_H

#include "inspector/detect/retention/baseline.h"

/* By goroutine: whether it hangs. The caller frees the array. */
bool *gt_hanging_find(struct gt_heap_analysis *analysis);

#endif

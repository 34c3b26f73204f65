/*
 * Operations of the scheduler that were unfinished when the core was taken. The runtime looks for
 * leaked goroutines while the world is stopped. The threads of a core may be anywhere.
 *
 * A thread on its g0, the runtime's own stack, may hold what nothing else reaches: a timer that it
 * took off its heap to call it, or a closure that will become a goroutine. A thread that marks for
 * the collector does not count: it holds only what it scans (gcDrain and gcDrainN,
 * runtime/mgcmark.go). A goroutine that its waker has taken off its queue only seems to wait.
 */
#ifndef GT_RUNTIME_SCHEDULER_H
#define GT_RUNTIME_SCHEDULER_H

#include "inspector/runtime/roots/stackscan.h"
#include "inspector/runtime/waits/waits.h"

/* Visits the words of all g0s that threads are on, and of those threads' registers: frames by their
 * stack maps, the rest of the stack word by word. The collector does not scan them, so they are no
 * roots of the live set. */
void gt_scheduler_words(struct gt_process *process, gt_stack_word_fn *found, void *ctx);

/* Was the goroutine taken off the queue in which it waits? Then it is about to run. */
bool gt_wait_is_over(const struct gt_process *process, const struct gt_goroutine *g,
                     const struct gt_wait *wait);

/* True if the goroutine is in the queues of the channels that it waits for, or is being removed
 * from them. Otherwise the core is damaged. */
bool gt_wait_is_sound(const struct gt_process *process, const struct gt_goroutine *g);

#endif

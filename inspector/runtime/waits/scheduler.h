/*
 * What a core may catch the scheduler at. The runtime looks for leaked goroutines while the world
 * stands still; the threads of a core stand anywhere.
 *
 * A thread that is on its g0, the stack of the runtime's own, may hold there alone what nobody else
 * reaches: a timer that it took off its heap to call it, a closure that is to become a goroutine.
 * Not so one that marks for the collector: what it holds is what it scans (gcDrain and gcDrainN,
 * runtime/mgcmark.go).
 * And a goroutine whose waker took it off the queue of what it waits for waits on in name only.
 */
#ifndef GT_RUNTIME_SCHEDULER_H
#define GT_RUNTIME_SCHEDULER_H

#include "inspector/runtime/roots/stackscan.h"
#include "inspector/runtime/waits/waits.h"

/* Hands out the words of all g0s that threads are on, and of those threads' registers, frames by
 * their stack maps, what is below them as it is. The collector does not scan them: they are no
 * roots of what is live. */
void gt_scheduler_words(struct gt_process *process, gt_stack_word_fn *found, void *ctx);

/* Was it taken off the queue in which it waits? Somebody is about to make it run then. */
bool gt_wait_is_over(const struct gt_process *process, const struct gt_goroutine *g,
                     const struct gt_wait *wait);

#endif

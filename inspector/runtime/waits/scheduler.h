/*
 * What the scheduler may be in the middle of when a core is taken. The runtime looks for leaked
 * goroutines while the world is stopped; the threads of a core may be anywhere.
 *
 * A thread on its g0, the runtime's own stack, may hold what nothing else reaches: a timer that it
 * took off its heap to call it, a closure that is to become a goroutine. A thread that marks for
 * the collector does not count: what it holds is what it scans (gcDrain and gcDrainN,
 * runtime/mgcmark.go). A goroutine whose waker took it off the queue that it waits in only seems to
 * wait.
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

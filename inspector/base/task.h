/*
 * Work in a thread of its own, beside the call that started it.
 *
 * A task runs a body as a call (call.h) with holdings of its own. When it is waited for, all that
 * the body took hangs on the call that waits. If that call unwinds first, it waits for the task,
 * and frees what the task took.
 *
 * Invariants, which the caller keeps: until the task is waited for, its body frees, grows and
 * detaches only blocks that it allocated itself, and nobody writes what the other one reads. Both
 * may read the core and the binary. Progress is not reported from a task.
 *
 * If the machine gives no thread, the body runs when it is waited for. The results are the same.
 */
#ifndef GT_BASE_TASK_H
#define GT_BASE_TASK_H

#include "inspector/base/call.h"

struct gt_task;

/* `args` is borrowed until the task is waited for. */
struct gt_task *gt_task_start(gt_body *body, void *args);
/* Frees the task. Returns the body's error, which is the caller's. If memory ran out in the body,
 * the current call unwinds. */
struct gt_error *gt_task_wait(struct gt_task *task);
void gt_task_abandon(
    struct gt_task *task); /* waits, and frees what the body took; NULL is allowed */

enum { GT_MOST_SHARES = 16 }; /* threads that share work */

/* Runs the body in this thread and in others, `threads` in all, and returns when all have ended.
 * Each run takes a share of the work, such as the next part by an atomic counter, until none is
 * left. The body returns no error. `args` must outlive this call's unwinding: it is on the heap, or
 * the body takes nothing. */
void gt_task_share(unsigned threads, gt_body *body, void *args);

/* How many processors this process may use: at least 1. */
unsigned gt_usable_processors(void);

#endif

/*
 * Threads that go through steps together: a leader, which made them, and helpers.
 *
 * The leader gives a step of several tasks, does tasks too, and goes on when all are done. Each
 * thread begins with a part of the tasks that is its own in every step: the leader with the first
 * ones, the last helper with the last ones. So what a task leaves in its thread's cache, tasks with
 * about the same number find there. Who has done its own part takes tasks of others, so tasks of a
 * step must not depend on each other. Between steps helpers wait: first they look again and again,
 * then they sleep. A helper that comes late finds nothing left to do, and nobody waits for it.
 *
 * Invariants, which the caller keeps: no task allocates, so that no call unwinds and leaves the
 * leader waiting. Tasks of one step share nothing that they write. What a step wrote, later steps
 * and the leader may read.
 */
#ifndef GT_GRAPH_LOCKSTEP_H
#define GT_GRAPH_LOCKSTEP_H

struct gt_lockstep;
typedef void gt_task_fn(void *ctx, unsigned task);

enum { GT_MOST_TASKS = 1 << 16 }; /* of a step */

/* Starts the helpers. Only the thread that called it may use the result. */
struct gt_lockstep *gt_lockstep_create(unsigned helpers);
void gt_lockstep_destroy(struct gt_lockstep *lockstep); /* NULL is allowed */

/* Calls task(ctx, number) for each number below `tasks`, and returns when all calls have. With
 * NULL, the caller does all, in order. */
void gt_lockstep_run(struct gt_lockstep *lockstep, gt_task_fn *task, void *ctx, unsigned tasks);

#endif

/*
 * The functions that a goroutine's stack leads to: what its variables hold, and what is deferred,
 * whose closures may be on the stack themselves.
 */
#ifndef GT_RUNTIME_STACK_REACH_H
#define GT_RUNTIME_STACK_REACH_H

#include "inspector/runtime/goroutines/goroutines.h"
#include "inspector/runtime/waits/code_reach.h"

void gt_code_reach_stack(struct gt_code_reach *reach, struct gt_process *process,
                         const struct gt_goroutine *g);

/* The functions of its frames are not followed, whoever calls them. Their other frames are. */
void gt_code_reach_leave_out(struct gt_code_reach *reach, const struct gt_goroutines *all,
                             const struct gt_goroutine *g);

#endif

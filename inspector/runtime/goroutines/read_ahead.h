/*
 * Reads what goroutines need ahead of who reads them, in a thread of its own: their gs, and their
 * stacks from the stack pointer on.
 *
 * It only brings memory near: pages are mapped, and lines are in a cache that both threads share.
 * What is read does not depend on it. It reads the core's memory map, which must not change until
 * it has ended.
 */
#ifndef GT_RUNTIME_READ_AHEAD_H
#define GT_RUNTIME_READ_AHEAD_H

#include "inspector/runtime/process/process.h"

enum { GT_READ_STACK = 1024 }; /* bytes of a stack that most readers need */

struct gt_read_ahead;

/* NULL when there are too few goroutines, or no other thread may run. */
struct gt_read_ahead *gt_read_ahead_start(const struct gt_process *process, unsigned threads,
                                          const struct gt_slice *allgs);
/* The reader is at this goroutine of the list; NULL is allowed. */
void gt_read_ahead_note(struct gt_read_ahead *ahead, uint64_t index);
void gt_read_ahead_end(struct gt_read_ahead **ahead); /* *ahead is NULL then; it may be before */

#endif

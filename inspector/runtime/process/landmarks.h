/*
 * The addresses of the runtime's own variables, in a program without symbols.
 *
 * The function table survives stripping, so the functions that must use a variable are known by
 * name. Their code refers to few addresses (unwind/references.h). The variable is the one address
 * that all of them refer to and whose memory has the variable's structure: a list of goroutines
 * with stacks, Ps numbered in order, a table of waiters each in its own bucket. An ambiguous
 * variable is not found; nothing is guessed. If every candidate is empty, any of them is taken,
 * since they are equal.
 *
 * The module provides facts (gotypes/layouts/facts.h) about variables and knows no types. A symbol
 * that survived (-ldflags=-w) comes first. It is used if its memory has the variable's structure;
 * else it is recorded as a loss. Answers are cached. The caller owns the landmarks; they borrow the
 * process.
 */
#ifndef GT_RUNTIME_LANDMARKS_H
#define GT_RUNTIME_LANDMARKS_H

#include "inspector/runtime/process/process.h"

struct gt_landmarks;

/* The process must have its layout, modules and code before the first query. */
struct gt_landmarks *gt_landmarks_create(struct gt_process *process);
void gt_landmarks_destroy(struct gt_landmarks *landmarks); /* NULL is allowed */
const struct gt_facts *gt_landmarks_facts(const struct gt_landmarks *landmarks);

#endif

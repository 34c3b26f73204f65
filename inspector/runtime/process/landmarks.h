/*
 * Where the runtime's own variables are, in a program that lost its symbols.
 *
 * The function table survives stripping, so the functions that must use a variable are known by
 * name. Their code refers to few addresses (unwind/references.h); the variable is the one that all
 * of them refer to and whose memory has the variable's structure: a list of goroutines with
 * stacks, Ps numbered in order, a table of waiters each in its own bucket. What remains ambiguous
 * is not found, never guessed; only where every candidate is empty does it not matter which one
 * is taken.
 *
 * A provider of facts (gotypes/layouts/facts.h) that answers for variables alone, and knows no
 * types. Symbols that survived (-ldflags=-w) are asked first, and believed if they lead to memory
 * with the variable's structure; one that is not is told as a loss. Answers are kept.
 */
#ifndef GT_RUNTIME_LANDMARKS_H
#define GT_RUNTIME_LANDMARKS_H

#include "inspector/runtime/process/process.h"

struct gt_landmarks;

/* The process's layout, modules and code must be there when something is asked. */
struct gt_landmarks *gt_landmarks_create(struct gt_process *process);
void gt_landmarks_destroy(struct gt_landmarks *landmarks); /* NULL is allowed */
const struct gt_facts *gt_landmarks_facts(const struct gt_landmarks *landmarks);

#endif

/*
 * The stacks that were walked before, by their return addresses, from the innermost frame out.
 *
 * Most stacks of a program are like others. A pc gives the size of its frame, so a known stack is
 * recognized by one load for each frame, without the function tables.
 *
 * Invariants: a stack that is found is the one that a walk would find. Only walks that end at a top
 * frame are added. A full table finds what it has, and takes no more.
 */
#ifndef GT_UNWIND_KNOWN_STACKS_H
#define GT_UNWIND_KNOWN_STACKS_H

#include "inspector/unwind/goframes.h"

struct gt_frame { /* of a list of frames, innermost first */
    uint64_t pc, cfa;
};

struct gt_known_stack { /* where the caller keeps its frames */
    uint32_t first, count;
};

struct gt_known_stacks;

struct gt_known_stacks *gt_known_stacks_create(void);
void gt_known_stacks_destroy(struct gt_known_stacks *stacks); /* NULL is allowed */

/* The stack that continues at `at`, or NULL when it is not known. `frames` are all that the caller
 * keeps, in which those of known stacks are. */
const struct gt_known_stack *gt_known_stacks_find(struct gt_known_stacks *stacks,
                                                  const struct gt_text *code,
                                                  const struct gt_frame *frames,
                                                  const struct gt_position *at, uint64_t lo,
                                                  uint64_t hi);

/* Adds the walk of a stack that was not found, which ended at a top frame. `frames` are its own;
 * their CFAs are from the stack pointer on. */
void gt_known_stacks_add(struct gt_known_stacks *stacks, const struct gt_text *code,
                         const struct gt_position *at, const struct gt_frame *frames,
                         const struct gt_known_stack *stack);

#endif

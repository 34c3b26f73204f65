/*
 * Rounds, in which several threads spread types where many objects are grey.
 *
 * A round takes some blocks from the queue, and has three steps:
 *
 *   read     each block's grey objects become facts: an object is one value of a type, or is to be
 *            marked. What a plain pointer says of an object of the same blocks is judged at once
 *            (own_blocks.h). What is not that simple is put aside. Nothing that is read here is
 *            written, but by the thread that reads it
 *   judge    facts become types, marks and grey objects. Each thread judges those about blocks of
 *            its own, so that no two write the same word
 *   rest     one thread does what was put aside, in order, as it does without rounds (spread.c)
 *
 * Invariants: what a round does, and in which order facts about one object are judged, does not
 * depend on the number of threads. Nothing is allocated in the first two steps.
 */
#ifndef GT_RUNTIME_TYPING_SPREAD_ROUNDS_H
#define GT_RUNTIME_TYPING_SPREAD_ROUNDS_H

#include "inspector/runtime/typing/typing_impl.h"

/* Runs rounds while many blocks wait, or an array, if the typing reads all objects. */
void gt_rounds_run(struct gt_typing *typing);

/* Dismisses the threads; the next round starts them again. */
void gt_rounds_end(struct gt_typing *typing);

#endif

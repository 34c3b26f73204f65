/*
 * Unanswered goroutines: others reach what they wait for, and no code that may still run answers
 * them.
 *
 * A package variable leads to a full queue, a table of pending calls or a condition, and perhaps
 * another goroutine does too. But the function that would receive, send, signal or call Done has
 * returned. The code of the program shows this. Calls are followed from the frames of goroutines
 * that may run, and from all functions that something leads to (runtime/waits/code_reach.h). A
 * goroutine is answered if one of these calls may be about what it waits for. Then it may run, and
 * its own calls count too.
 *
 * Only these are judged: goroutines that send, those that wait for a wait group, and those that
 * wait for one answer (one_answer.h), on a channel of their own or for a condition. All others
 * count as running. So do goroutines that a clock or a signal to the process wakes, and those that
 * wait in Go's library. Calls by reflection are not seen, so the result is a suspicion.
 */
#ifndef GT_DETECT_UNANSWERED_H
#define GT_DETECT_UNANSWERED_H

#include "inspector/detect/hanging/abandoned.h"
#include "inspector/detect/hanging/answers.h"

struct gt_unanswered {
    uint8_t *needs; /* by goroutine: enum gt_answer; 0 if it is not unanswered */
};

void gt_unanswered_find(struct gt_unanswered *unanswered, struct gt_heap_analysis *analysis,
                        const struct gt_abandoned *abandoned);
void gt_unanswered_deinit(struct gt_unanswered *unanswered);

#endif

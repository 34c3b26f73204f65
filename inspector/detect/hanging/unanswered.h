/*
 * Unanswered goroutines: others reach what they wait for, and no code that may still run answers.
 *
 * A package variable leads to a full queue, a table of pending calls or a condition, and so does
 * perhaps a goroutine; but who could receive, send, signal or call Done has returned. The code of
 * the program says so: from the frames of goroutines that may run, and from all functions that
 * something leads to, the calls are followed (runtime/waits/code_reach.h). A goroutine is answered
 * if one of these calls may be of what it waits for. It may run then, and answers others.
 *
 * Only these are judged: goroutines that send, that wait for a wait group, and those that wait for
 * one answer (one_answer.h), on a channel of their own or for a condition. All others count as
 * running, and so does a goroutine that a clock or a signal to the process wakes, or that waits in
 * Go's library. Calls by reflection are not seen, so it is a suspicion.
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

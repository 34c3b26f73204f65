/*
 * What the calls of reached code answer: they receive, send, close, signal, call Done or unlock.
 *
 * A call answers the object that the code names. If the code names none, it answers a channel with
 * the element type of one that a goroutine waits for at that call, or else any object of its sort.
 *
 * The answers own their tables and borrow the process.
 */
#ifndef GT_DETECT_ANSWERS_H
#define GT_DETECT_ANSWERS_H

#include "inspector/runtime/waits/code_reach.h"

enum gt_answer { /* what another goroutine does to end a wait */
                 GT_ANSWER_RECEIVE = 1,
                 GT_ANSWER_SEND = 2, /* or close */
                 GT_ANSWER_SIGNAL = 4,
                 GT_ANSWER_DONE = 8,
                 GT_ANSWER_UNLOCK = 16
};

struct gt_answers {
    const struct gt_process *process;
    struct gt_map callees; /* entry -> answers, + 1 */
    struct gt_map objects; /* address -> answers that it gets */
    struct gt_map types;   /* element type -> answers that its channels get */
    unsigned any;          /* answers that any object may get */
};

void gt_answers_init(struct gt_answers *answers, const struct gt_process *process);
void gt_answers_deinit(struct gt_answers *answers);

/* Adds what a call answers. */
void gt_answers_take(struct gt_answers *answers, const struct gt_reached_call *call);
/* Adds an answer to all channels with elements of this type. */
void gt_answers_take_type(struct gt_answers *answers, gt_type_id element, enum gt_answer answer);

/* Is there an answer for this object? `element` is a channel's, else GT_NO_TYPE. */
bool gt_answers_has(const struct gt_answers *answers, uint64_t object, gt_type_id element,
                    enum gt_answer answer);

#endif

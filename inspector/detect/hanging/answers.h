/*
 * What the calls of reached code answer: they receive, send, close, signal, call Done or unlock.
 *
 * A call answers the object that the code names. If the code names none, it answers a channel with
 * the element type of one that a goroutine waits for at that call, or else any object of its sort.
 * A dependency cannot name the types of the program: its own code answers no channel with elements
 * of such a type, unless it is an instance of generic code, or calls reflect.
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
    struct gt_map own;     /* element type -> whether only the program can name it, + 1 */
    unsigned any;          /* answers that any object may get */
    unsigned nameable;     /* those that any object may get whose type dependencies can name */
};

void gt_answers_init(struct gt_answers *answers, const struct gt_process *process);
void gt_answers_deinit(struct gt_answers *answers);

/* Adds what a call answers. */
void gt_answers_take(struct gt_answers *answers, const struct gt_reached_call *call);
/* Adds an answer to all channels with elements of this type. */
void gt_answers_take_type(struct gt_answers *answers, gt_type_id element, enum gt_answer answer);

/* Is there an answer for this object? `element` is a channel's, else GT_NO_TYPE. */
bool gt_answers_has(struct gt_answers *answers, uint64_t object, gt_type_id element,
                    enum gt_answer answer);

/* Notes what code does not show, if there was a crowd to judge. `why` is why no goroutine was
 * judged, or NULL. */
void gt_answers_note_limits(struct gt_process *process, const char *why);

#endif

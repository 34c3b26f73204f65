/*
 * Contradictions: two records of one fact in the core that differ.
 *
 * The runtime records most facts twice: a list and its length, a count and the bits that it counts,
 * a goroutine and its thread. If the two differ, the core is damaged, or gotopsy reads it wrongly,
 * and it is not known which of the two is right. So a contradiction takes every proof back
 * (detect/retention/findings.h). Each kind is one line of the report's coverage, with the count and
 * the first address.
 *
 * Invariant: a healthy core has none, wherever its threads were stopped. A check allows for each
 * running thread that was stopped between two steps.
 */
#ifndef GT_RUNTIME_CONTRADICTIONS_H
#define GT_RUNTIME_CONTRADICTIONS_H

#include "inspector/base/arena.h"

#include <stdbool.h>
#include <stdint.h>

enum gt_contradiction {
    GT_LIE_MODULE,    /* module data, against the binary */
    GT_LIE_MARKS,     /* the live set, against the collector's marks */
    GT_LIE_UNREACHED, /* the same, in the other direction */
    GT_LIE_SPAN_COUNT,
    GT_LIE_SPAN_SHAPE,
    GT_LIE_SPAN_BITS,
    GT_LIE_SPAN_SWEEP,
    GT_LIE_SPAN_MARKS,
    GT_LIE_OBJECT_TYPES,
    GT_LIE_SPAN_STATE,
    GT_LIE_SPAN_PAGES,
    GT_LIE_SPECIALS,
    GT_LIE_FINALIZERS,
    GT_LIE_GOROUTINES, /* allgs against allglen and the scheduler's counts */
    GT_LIE_TWICE,
    GT_LIE_STATUS,
    GT_LIE_ID,
    GT_LIE_CODE,
    GT_LIE_RUNNING,
    GT_LIE_OWNERS,
    GT_LIE_FRAMES,
    GT_LIE_CALLS,
    GT_LIE_DEFERS,
    GT_LIE_STACKS,
    GT_LIE_THREADS,
    GT_LIE_PROCESSORS,
    GT_LIE_RUNNABLE,
    GT_LIE_TIMERS,
    GT_LIE_TIMER_CODE,
    GT_LIE_SEMAPHORES,
    GT_LIE_QUEUES,
    GT_LIE_LENGTHS,
    GT_LIES
};

struct gt_contradictions {
    struct gt_contradiction_count {
        uint64_t count, example; /* example: an address; 0: none is known */
    } of[GT_LIES];
    uint64_t kinds; /* how many kinds have a count */
};

/* Adds `count` to a kind. Has no effect if `count` is 0. Keeps the first address. */
void gt_contradict(struct gt_contradictions *all, enum gt_contradiction kind, uint64_t count,
                   uint64_t example);

/* The two records that differ: "spans whose allocCount is not what their bits say". */
const char *gt_contradiction_text(enum gt_contradiction kind);

/* The text of the first kind, and the number of other kinds. NULL if there are no
 * contradictions. */
const char *gt_contradictions_name(const struct gt_contradictions *all, struct gt_arena *storage);

#endif

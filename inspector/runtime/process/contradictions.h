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
    GT_CONTRADICTION_MODULE, /* module data, against the binary */
    GT_CONTRADICTION_MODULES,
    GT_CONTRADICTION_MASKS,
    GT_CONTRADICTION_METHOD_TABLES,
    GT_CONTRADICTION_CONTENT,
    GT_CONTRADICTION_MARKS,     /* the live set, against the collector's marks */
    GT_CONTRADICTION_UNREACHED, /* the same, in the other direction */
    GT_CONTRADICTION_SPAN_COUNT,
    GT_CONTRADICTION_SPAN_INDEX,
    GT_CONTRADICTION_SPAN_SHAPE,
    GT_CONTRADICTION_SPAN_BITS,
    GT_CONTRADICTION_SPAN_SWEEP,
    GT_CONTRADICTION_SPAN_MARKS,
    GT_CONTRADICTION_OBJECT_TYPES,
    GT_CONTRADICTION_SPAN_STATE,
    GT_CONTRADICTION_SPAN_PAGES,
    GT_CONTRADICTION_ARENAS,
    GT_CONTRADICTION_COLLECTIONS,
    GT_CONTRADICTION_SPECIALS,
    GT_CONTRADICTION_SPECIAL_ORDER,
    GT_CONTRADICTION_FINALIZERS,
    GT_CONTRADICTION_FINALIZED,
    GT_CONTRADICTION_GOROUTINES, /* allgs against allglen and the scheduler's counts */
    GT_CONTRADICTION_TWICE,
    GT_CONTRADICTION_STATUS,
    GT_CONTRADICTION_ID,
    GT_CONTRADICTION_TIMES,
    GT_CONTRADICTION_CODE,
    GT_CONTRADICTION_CREATIONS,
    GT_CONTRADICTION_RUNNING,
    GT_CONTRADICTION_OWNERS,
    GT_CONTRADICTION_FRAMES,
    GT_CONTRADICTION_CALLS,
    GT_CONTRADICTION_DEFERS,
    GT_CONTRADICTION_DEFER_LISTS,
    GT_CONTRADICTION_STACKS,
    GT_CONTRADICTION_THREADS,
    GT_CONTRADICTION_TIDS,
    GT_CONTRADICTION_PROCESSORS,
    GT_CONTRADICTION_ALLP,
    GT_CONTRADICTION_P_STATE,
    GT_CONTRADICTION_RUNNABLE,
    GT_CONTRADICTION_TIMERS,
    GT_CONTRADICTION_TIMER_PLACES,
    GT_CONTRADICTION_TIMER_TIMES,
    GT_CONTRADICTION_TIMER_CODE,
    GT_CONTRADICTION_TIMER_PERIODS,
    GT_CONTRADICTION_SEMAPHORES,
    GT_CONTRADICTION_QUEUES,
    GT_CONTRADICTION_CHANNELS,
    GT_CONTRADICTION_WAITS, /* status and wait reason, against frames and queues */
    GT_CONTRADICTION_LENGTHS,
    GT_CONTRADICTION_MAPS,
    GT_CONTRADICTIONS
};

struct gt_contradictions {
    struct gt_contradiction_count {
        uint64_t count, example; /* example: an address; 0: none is known */
    } of[GT_CONTRADICTIONS];
    uint64_t kinds; /* how many kinds have a count */
};

/* Adds `count` to a kind. Has no effect if `count` is 0. Keeps the first address. */
void gt_contradict(struct gt_contradictions *all, enum gt_contradiction kind, uint64_t count,
                   uint64_t example);

/* Adds those of a part. Parts are added in their order, which decides whose address is kept. */
void gt_contradictions_add(struct gt_contradictions *all, const struct gt_contradictions *part);

/* The two records that differ: "spans whose allocCount is not what their bits say". */
const char *gt_contradiction_text(enum gt_contradiction kind);

/* The text of the first kind, and the number of other kinds. NULL if there are no
 * contradictions. */
const char *gt_contradictions_name(const struct gt_contradictions *all, struct gt_arena *storage);

#endif

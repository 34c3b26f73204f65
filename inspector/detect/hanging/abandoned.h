/*
 * Abandoned goroutines: something could still end their wait, and nobody is left to do it.
 *
 * Each object that a goroutine waits for is one of these:
 *   clock    a timer's channel. Time ends that wait, which is no answer.
 *   signal   a channel that is only ever closed, with many waiters: a shutdown channel, the Done
 *            channel of a root context. Its elements have no size, it has no buffer, and nobody
 *            sends on it.
 *   notify   a channel of signal.Notify. A signal to the process ends that wait; it is no answer.
 *   own      anything else.
 *
 * An own object is answerable when a goroutine that may run reaches it by another path than through
 * abandoned goroutines, its own group, timers, or the tree of contexts. A goroutine is abandoned
 * when none of its objects is answerable, by the fixpoint of fixpoint.h. A goroutine that its own
 * clock, or a signal, wakes may answer others, but not its own group.
 *
 * If a group waits only for a signal, the signal must belong to the whole program: package
 * variables or the main goroutine reach it. If only a working goroutine holds the signal, such as
 * the context of a request, that goroutine will close it.
 *
 * Goroutines with one wait at one site are a group, and only groups are judged: a few goroutines
 * that wait for time or for shutdown are normal.
 */
#ifndef GT_DETECT_ABANDONED_H
#define GT_DETECT_ABANDONED_H

#include "inspector/detect/describe/group.h"
#include "inspector/detect/hanging/endings.h"

enum gt_case {
    GT_CASE_OWN = 1,
    GT_CASE_CLOCK = 2,
    GT_CASE_PERIODIC = 4,
    GT_CASE_SIGNAL = 8,
    GT_CASE_NOTIFY = 16
};

struct gt_abandoned {
    struct gt_heap_analysis *analysis;
    const bool *hangs;
    bool *is;               /* by goroutine; false for those that hang */
    struct gt_map clocks;   /* a timer's channel -> whether the timer is periodic */
    struct gt_map signals;  /* a channel that is only ever closed -> the number of its waiters */
    bool has_signals;       /* there is such a channel */
    struct gt_map notified; /* a channel of signal.Notify -> the record of its signals, or 0 */
    struct gt_vec links;    /* struct gt_context_link, if any of them matters; else empty */
    struct gt_bitmap base;  /* the baseline with finalizers and cleanups, and without the links */
    struct gt_exclusion *without; /* what `base` was marked without; NULL if no goroutine blocks */
    struct gt_bitmap rooted; /* what package variables and the main goroutine reach, for signals */
    struct gt_bitmap others; /* what is reached without the abandoned goroutines */
    struct gt_endings endings;
    size_t unjudged; /* groups that were not judged, since there were too many */
};

/* `hangs`, which is borrowed, has the goroutines that are proven to hang. */
void gt_abandoned_find(struct gt_abandoned *abandoned, struct gt_heap_analysis *analysis,
                       const bool *hangs);
void gt_abandoned_deinit(struct gt_abandoned *abandoned);

/* Removes the candidates, goroutines that block, that something answers. `also`, unless it is NULL,
 * are more edges that answer nobody. `marked`, unless it is NULL, gets what others reach. */
void gt_abandoned_reach(const struct gt_abandoned *abandoned, const struct gt_edges *also,
                        bool *candidates, struct gt_bitmap *marked);

/* What an object is that a goroutine waits for. */
enum gt_case gt_abandoned_case(const struct gt_abandoned *abandoned, uint64_t thing);
/* The bits of all that a goroutine waits for. */
unsigned gt_abandoned_cases(const struct gt_abandoned *abandoned, uint32_t goroutine);

/* The first channel of a goroutine that is only ever closed; 0 when there is none. */
uint64_t gt_abandoned_signal(const struct gt_abandoned *abandoned, uint32_t goroutine);

struct gt_judgement { /* of a group */
    enum gt_confidence confidence;
    bool always; /* it is reported even if it keeps little */
    unsigned cases;
};

/* False when the group is not reported. */
bool gt_abandoned_judge(const struct gt_abandoned *abandoned, const struct gt_member *members,
                        size_t count, struct gt_judgement *judgement);

#endif

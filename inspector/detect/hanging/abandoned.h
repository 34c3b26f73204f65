/*
 * Abandoned goroutines: something could still end their wait, and nobody is left who would.
 *
 * Each thing that a goroutine waits for is one of these:
 *   clock    a timer's channel. Time ends that wait; it is no answer.
 *   signal   a channel that is only ever closed, on which many wait: a shutdown channel, the Done
 *            channel of a root context. Its elements have no size, it has no buffer, and nobody
 *            sends on it.
 *   own      anything else.
 *
 * A thing of its own is answerable when a goroutine that may run reaches it otherwise than through
 * goroutines that are abandoned themselves, its own group, timers, or the tree of contexts. A
 * goroutine is abandoned when none of its things is answerable, by the fixpoint of fixpoint.h. A
 * goroutine that its own clock wakes may answer others, but not its own group.
 *
 * Where a group waits for a signal alone, the signal must belong to the whole program: package
 * variables or the main goroutine reach it. A signal that only a working goroutine holds, such as
 * the context of a request, will be closed by it.
 *
 * Goroutines that wait alike at one site are a group, and only groups are judged: a few goroutines
 * that wait for time or for shutdown are normal.
 */
#ifndef GT_DETECT_ABANDONED_H
#define GT_DETECT_ABANDONED_H

#include "inspector/detect/describe/group.h"
#include "inspector/detect/hanging/endings.h"

enum { GT_MANY_ALIKE = 10 };

enum gt_case { GT_CASE_OWN = 1, GT_CASE_CLOCK = 2, GT_CASE_PERIODIC = 4, GT_CASE_SIGNAL = 8 };

struct gt_abandoned {
    struct gt_heap_analysis *analysis;
    const bool *hangs;
    bool *is;                /* by goroutine; those that hang are none */
    struct gt_map clocks;    /* a timer's channel -> is the timer periodic? */
    struct gt_map signals;   /* a channel that is only ever closed -> how many wait for it */
    struct gt_vec links;     /* struct gt_context_link, if any of them matters; else none */
    struct gt_bitmap base;   /* what is marked without what is contested, and without the links */
    struct gt_bitmap rooted; /* what package variables and the main goroutine reach, for signals */
    struct gt_bitmap others; /* what is reached without those that are abandoned */
    struct gt_endings endings;
    size_t unjudged; /* groups that nobody looked at: there were too many */
};

/* `hangs`, which is borrowed, tells those by proof. */
void gt_abandoned_find(struct gt_abandoned *abandoned, struct gt_heap_analysis *analysis,
                       const bool *hangs);
void gt_abandoned_deinit(struct gt_abandoned *abandoned);

struct gt_judgement { /* on a group */
    enum gt_confidence confidence;
    bool always; /* it is to be told whatever it keeps */
    unsigned cases;
};

/* False when the group is not to be told. */
bool gt_abandoned_judge(const struct gt_abandoned *abandoned, const struct gt_member *members,
                        size_t count, struct gt_judgement *judgement);

#endif

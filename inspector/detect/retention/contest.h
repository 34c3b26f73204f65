/*
 * Contested retention: what the detectors of process-wide causes would like to take away.
 *
 * Five kinds of edges keep memory alive on somebody's behalf: finalizers and cleanups, timers in
 * the timer heaps, goroutines that block, timers that were stopped and are still in a heap, and the
 * handles of weak pointers, which the runtime keeps though nobody may have them any more. The heap
 * without any of them, the base, is marked once; every other mark that is needed (the live set, the
 * heap without finalizers, without tickers, without blocked goroutines) adds the others back to it
 * and walks only the difference. On the way to the base lies what is marked without any
 * goroutine, which is what each one's own is told from.
 *
 * The contest belongs to the study and owns what it holds.
 */
#ifndef GT_DETECT_CONTEST_H
#define GT_DETECT_CONTEST_H

#include "inspector/detect/retention/absence.h"
#include "inspector/detect/retention/backlog.h"
#include "inspector/runtime/waits/timers.h"
#include "inspector/runtime/waits/waits.h"

enum { GT_MAIN_GOROUTINE = 1 }; /* its id */

enum gt_contested { GT_SPECIALS, GT_TIMERS, GT_BLOCKED, GT_STOPPED, GT_WEAK, GT_CONTESTED };

struct gt_contest {
    struct gt_edges edges[GT_CONTESTED];
    struct gt_absence without;   /* all of them */
    struct gt_bitmap base;       /* what is marked without them */
    struct gt_edges others;      /* of the goroutines that do not block */
    struct gt_bitmap unattended; /* what is marked without these either */
    struct gt_timers timers;
    struct gt_waits waits;
    struct gt_backlog backlog; /* of the goroutines that run finalizers and cleanups */
    struct gt_wait *wait;      /* by goroutine */
    bool *blocks;              /* by goroutine: it waits for objects of the heap, or for nothing */
    struct gt_vec scheduler;   /* uint64_t: what the stacks hold that threads schedule on */
    uint32_t *first_root, *root_count; /* by goroutine: its stack's roots lie together */
    struct gt_vec globals; /* const struct gt_root *; once has_globals: channel_names.c */
    bool has_globals;
};

struct gt_contest *gt_contest_create(const struct gt_study *study);
void gt_contest_free(struct gt_contest *contest, const struct gt_study *study);

/* Marks everything but what `without` keeps away, which must be contested; `marked` starts clear.
 */
void gt_contest_mark(const struct gt_study *study, const struct gt_absence *without,
                     struct gt_bitmap *marked);

/* The same, for one kind of contested edges, or GT_CONTESTED for none: the live set. */
void gt_contest_mark_without(const struct gt_study *study, enum gt_contested kind,
                             struct gt_bitmap *marked);

/* Marks what no goroutine is needed for. `without` gets all that goroutines keep. */
void gt_contest_mark_unattended(const struct gt_study *study, struct gt_absence *without,
                                struct gt_bitmap *marked);

/* Adds all that a goroutine keeps alive: its stack's roots, the pointers out of its g, the words by
 * which its wait leads to what it waits for, and the queue that it serves. */
void gt_edges_of_goroutine(const struct gt_study *study, uint32_t goroutine,
                           struct gt_edges *edges);

/* The g's object in the heap; GT_NO_OBJECT for the runtime's static ones. */
uint32_t gt_goroutine_object(const struct gt_study *study, uint32_t goroutine);

#endif

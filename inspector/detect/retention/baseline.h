/*
 * The baseline mark: what is live without the edges that detectors of process-wide causes take
 * away.
 *
 * Five kinds of edges are left out of it: finalizers and cleanups, timers in the timer heaps and in
 * the hands of the runtime, goroutines that block, timers that were stopped and are still in a
 * heap, and the handles of weak pointers, which the runtime keeps even if the program has dropped
 * them. The baseline is marked once. Every other mark (the live set, the heap without finalizers,
 * without tickers, without blocked goroutines) adds the other kinds back to it, and walks only the
 * difference.
 *
 * The baseline is marked in two steps. After the first, no goroutine's stack has been used; what a
 * goroutine keeps is measured against that set, `alone`. Both sets are mostly the live set, and are
 * kept as what changes it into them.
 *
 * The baseline belongs to the analysis and owns its tables.
 */
#ifndef GT_DETECT_BASELINE_H
#define GT_DETECT_BASELINE_H

#include "inspector/base/numbers.h"
#include "inspector/detect/retention/backlog.h"
#include "inspector/detect/retention/exclusion.h"
#include "inspector/runtime/waits/timers.h"
#include "inspector/runtime/waits/waits.h"

enum { GT_MAIN_GOROUTINE = 1 }; /* the goroutine's id */

enum gt_left_out { GT_SPECIALS, GT_TIMERS, GT_BLOCKED, GT_STOPPED, GT_WEAK, GT_LEFT_OUT };

struct gt_baseline {
    struct gt_edges edges[GT_LEFT_OUT];
    struct gt_exclusion without;    /* all five kinds of edges */
    struct gt_bitmap_change marked; /* to the objects that are marked without them */
    struct gt_edges others;         /* edges of the goroutines that do not block */
    struct gt_bitmap_change alone;  /* to those that are marked without these either */
    struct gt_timers timers;
    struct gt_waits waits;
    struct gt_backlog backlog; /* of the goroutines that run finalizers and cleanups */
    struct gt_wait *wait;      /* by goroutine */
    bool *blocks;              /* by goroutine: it waits for objects of the heap, or for nothing
                                * that can come */
    struct gt_u64s scheduler;  /* words of the stacks on which threads schedule */
    uint32_t *first_root, *root_count; /* by goroutine: the roots of its stack are adjacent */
    uint32_t *object;                  /* by goroutine: its g's object in the heap; GT_NO_OBJECT for
                                        * the runtime's static ones */
    struct gt_vec globals; /* const struct gt_root *; filled when has_globals: channel_names.c */
    bool has_globals;
};

/* Sorts the edges; the marks follow. */
struct gt_baseline *gt_baseline_create(const struct gt_heap_analysis *analysis);
/* Called when the first mark, without any goroutine, has its roots and has followed nothing. */
typedef void gt_before_mark_fn(void *ctx, struct gt_typed_mark *reach);
/* Makes the marks, and that of the live set. `live` starts clear, and is the analysis's from then
 * on. `before` may be NULL. */
void gt_baseline_mark_live(struct gt_baseline *baseline, const struct gt_heap_analysis *analysis,
                           struct gt_bitmap *live, gt_before_mark_fn *before, void *ctx);
void gt_baseline_destroy(struct gt_baseline *baseline);

/* Marks all but what `without` excludes, which must be edges of the five kinds. `marked` starts
 * clear. */
void gt_baseline_mark(const struct gt_heap_analysis *analysis, const struct gt_exclusion *without,
                      struct gt_bitmap *marked);

/* The same without one kind of edges. */
void gt_baseline_mark_without(const struct gt_heap_analysis *analysis, enum gt_left_out kind,
                              struct gt_bitmap *marked);

/* The objects that are marked without the five kinds and without any goroutine. */
void gt_baseline_alone(const struct gt_heap_analysis *analysis, struct gt_bitmap *marked);

/* Marks what is live without any goroutine. `without` gets all that goroutines keep. */
void gt_baseline_mark_without_goroutines(const struct gt_heap_analysis *analysis,
                                         struct gt_exclusion *without, struct gt_bitmap *marked);

/* Adds the edges by which a goroutine keeps objects alive: its stack's roots, the pointers out of
 * its g, the words by which its wait leads to what it waits for, and the queue that it runs. */
void gt_edges_of_goroutine(const struct gt_heap_analysis *analysis, uint32_t goroutine,
                           struct gt_edges *edges);

#endif

/*
 * The handle behind gotopsy.h: a process and, once asked for, its heap.
 *
 * Stages are opened in order and kept: goroutines need no heap, `check` needs no types. The
 * analysis owns every stage. Strings of reports are copied into the report's own storage, so that a
 * report outlives its analysis.
 *
 * Every entry point does its work in a call (base/call.h), and what that takes hangs on the
 * analysis. When memory runs out, all of that is freed: the analysis is lost, and can only be
 * closed. What an entry point returns is detached from the analysis first, by gt_report_keep() or
 * gt_detach().
 */
#ifndef GT_API_ANALYSIS_H
#define GT_API_ANALYSIS_H

#include "inspector/base/call.h"
#include "inspector/detect/heap_analysis.h"
#include "inspector/detect/model/source.h"
#include "inspector/runtime/waits/timers.h"
#include "inspector/runtime/waits/waits.h"

struct gt_analysis {
    struct gt_process *process;
    struct gt_goroutines *goroutines;
    struct gt_goheap *heap;
    struct gt_specials *specials;
    struct gt_roots *roots;
    struct gt_heap_analysis *live_heap; /* see gt_analysis_live_heap() */
    gt_progress_fn *progress;
    void *progress_ctx;
    struct gt_holdings holdings;
};

/* Runs an entry point's body. GT_ERR_USAGE when the analysis or `out`, where the entry point puts
 * what it makes, is NULL. */
struct gt_error *gt_analysis_run(struct gt_analysis *analysis, const void *out, gt_body *body,
                                 void *args);

struct gt_report_builder { /* what the body that makes a report works on */
    struct gt_analysis *analysis;
    struct gt_report_options options; /* those that were given, or the defaults */
    struct gt_report *report;         /* the body's */
};

/* Runs `make` on a struct gt_report_builder, and gives its report to the caller of the entry point.
 */
struct gt_error *gt_analysis_report(struct gt_analysis *analysis,
                                    const struct gt_report_options *options, gt_body *make,
                                    struct gt_report **report);

/* Opens the heap, the specials and the roots, unless they are. */
struct gt_error *gt_analysis_heap(struct gt_analysis *analysis);

/* Says that `stage` of a report begins. */
void gt_analysis_stage(const struct gt_analysis *analysis, const char *stage);

/* The live heap of an analysis whose heap is open: marked and typed at the first question, and kept
 * until the analysis is closed, so that the next question costs no mark. Nothing is in it of what
 * detectors found for an earlier question. Strings go to `storage`, which it borrows until the next
 * question. */
struct gt_heap_analysis *gt_analysis_live_heap(struct gt_analysis *analysis,
                                               struct gt_arena *storage);
/* The same, which may have no types yet, for who makes those that it needs. */
struct gt_heap_analysis *gt_analysis_live_heap_untyped(struct gt_analysis *analysis,
                                                       struct gt_arena *storage);
/* Of an analysis that is closed. */
void gt_analysis_close_live_heap(struct gt_analysis *analysis);

/* What the parts of a report that need no heap are filled from. */
static inline struct gt_source_process gt_analysis_source(const struct gt_analysis *analysis)
{
    return (struct gt_source_process){analysis->process, analysis->goroutines};
}

/* A report with nothing in it but its storage. */
struct gt_report *gt_report_create_empty(void);
/* The same report, which hangs on no call any more. */
struct gt_report *gt_report_keep(struct gt_report *report);

#endif

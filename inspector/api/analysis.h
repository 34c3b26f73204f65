/*
 * The handle behind gotopsy.h: a process and, from the first use on, its heap.
 *
 * Stages are opened in order and kept: goroutines need no heap, `check` needs no types. The
 * analysis owns every stage. Strings of reports are copied into the report's own storage, so a
 * report outlives its analysis.
 *
 * Every entry point does its work in a call (base/call.h), and all that it takes hangs on the
 * analysis. When memory runs out, all of that is freed: the analysis is lost, and can only be
 * closed. The result of an entry point is first detached from the analysis, by gt_report_keep() or
 * gt_detach().
 */
#ifndef GT_API_ANALYSIS_H
#define GT_API_ANALYSIS_H

#include "inspector/base/call.h"
#include "inspector/detect/heap_analysis.h"
#include "inspector/detect/model/source.h"
#include "inspector/runtime/roots/compare.h"
#include "inspector/runtime/waits/timers.h"
#include "inspector/runtime/waits/waits.h"

struct gt_analysis {
    struct gt_process *process;
    struct gt_goroutines *goroutines;
    struct gt_goheap *heap;
    struct gt_specials *specials;
    struct gt_roots *roots;
    struct gt_heap_analysis *live_heap; /* see gt_analysis_live_heap() */
    bool both_types;                    /* questions follow a report: its typing begins theirs */
    bool objects_checked;               /* gt_consistency_of_objects() was called */
    unsigned threads;                   /* most at once; up to 1: no task is started */
    gt_progress_fn *progress;
    void *progress_ctx;
    struct gt_holdings holdings;
};

/* Runs an entry point's body. GT_ERR_USAGE when the analysis is NULL, or `out`, where the entry
 * point stores its result. */
struct gt_error *gt_analysis_run(struct gt_analysis *analysis, const void *out, gt_body *body,
                                 void *args);

struct gt_report_builder { /* what the body of a report works on */
    struct gt_analysis *analysis;
    struct gt_report_options options; /* those that were given, or the defaults */
    struct gt_report *report;         /* set by the body */
};

/* Runs `make` on a struct gt_report_builder, and returns its report to the caller of the entry
 * point. */
struct gt_error *gt_analysis_report(struct gt_analysis *analysis,
                                    const struct gt_report_options *options, gt_body *make,
                                    struct gt_report **report);

/* Opens the heap, the specials and the roots, if they are not open. */
struct gt_error *gt_analysis_heap(struct gt_analysis *analysis);
/* The same before objects get types: the debug information is unpacked meanwhile. */
struct gt_error *gt_analysis_heap_for_types(struct gt_analysis *analysis);

/* Compares the live objects with the collector's marks, after the objects were checked by
 * themselves, which is done once. */
void gt_analysis_compare(struct gt_analysis *analysis, const struct gt_gcmarks *marks,
                         const struct gt_bitmap *live, const struct gt_compare_options *options,
                         struct gt_comparison *out);

/* Reports to the progress function that `stage` of a report begins. */
void gt_analysis_stage(const struct gt_analysis *analysis, const char *stage);

/* The live heap of an analysis whose heap is open. It is marked at the first call, and typed at the
 * first call for a scope. Both are kept until the analysis is closed, so later calls cost no mark.
 * It holds nothing that was found for an earlier document. Strings go to `storage`, which it
 * borrows until the next call. */
struct gt_heap_analysis *gt_analysis_live_heap(struct gt_analysis *analysis,
                                               enum gt_typing_scope scope,
                                               struct gt_arena *storage);
/* The same without types, for a caller that makes the types that it needs. */
struct gt_heap_analysis *gt_analysis_live_heap_untyped(struct gt_analysis *analysis,
                                                       struct gt_arena *storage);
/* Frees the dominator tree and the kinds of objects, which are made again when they are needed. */
void gt_analysis_forget_tree(struct gt_analysis *analysis);
/* Frees the live heap when the analysis is closed. */
void gt_analysis_close_live_heap(struct gt_analysis *analysis);

/* The source of the parts of a report that need no heap. */
static inline struct gt_source_process gt_analysis_source(const struct gt_analysis *analysis)
{
    return (struct gt_source_process){analysis->process, analysis->goroutines};
}

/* A report that has only its storage. */
struct gt_report *gt_report_create_empty(void);
/* Detaches the report from the call, and returns it. */
struct gt_report *gt_report_keep(struct gt_report *report);

#endif

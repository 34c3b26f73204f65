#include "inspector/api/analysis.h"

#include "inspector/base/alloc.h"
#include "inspector/base/error.h"
#include "inspector/runtime/process/open_process.h"

#include <stdlib.h>

void gt_analysis_stage(const struct gt_analysis *analysis, const char *stage)
{
    if (analysis->progress) analysis->progress(analysis->progress_ctx, stage, 0, 0);
}

struct gt_error *gt_open(const struct gt_core_options *options, struct gt_analysis **out)
{
    struct gt_analysis *analysis = gt_calloc(1, sizeof *analysis);

    analysis->progress = options->progress;
    analysis->progress_ctx = options->progress_ctx;
    gt_analysis_stage(analysis, "opening");
    struct gt_error *error = gt_process_open(options, &analysis->process);
    gt_analysis_stage(analysis, "reading goroutines");
    if (!error) error = gt_goroutines_open(analysis->process, &analysis->goroutines);
    if (error) {
        error = analysis->process ? gt_process_explain(analysis->process, error) : error;
        gt_close(analysis);
        return error;
    }
    *out = analysis;
    return NULL;
}

/* The heap's own tables lie near the end of a core, so a cut costs them first. */
static struct gt_error *heap_error(const struct gt_process *process, struct gt_error *error)
{
    if (error && gt_core_truncated(process->core))
        error = gt_error_prefix(error, "the goroutines can be read (gotopsy goroutines), the heap "
                                       "cannot");
    return gt_process_explain(process, error);
}

struct gt_error *gt_analysis_heap(struct gt_analysis *analysis)
{
    struct gt_error *error = NULL;

    if (analysis->roots) return NULL;
    gt_analysis_stage(analysis, "reading the heap");
    if (!analysis->heap) error = gt_goheap_open(analysis->process, &analysis->heap);
    if (!error && !analysis->specials)
        error = gt_specials_open(analysis->heap, &analysis->specials);
    gt_analysis_stage(analysis, "scanning stacks");
    if (!error)
        error = gt_roots_open(analysis->heap, analysis->goroutines, analysis->specials,
                              &analysis->roots);
    return heap_error(analysis->process, error);
}

void gt_close(struct gt_analysis *analysis)
{
    if (!analysis) return;
    gt_roots_close(analysis->roots);
    gt_specials_close(analysis->specials);
    gt_goheap_close(analysis->heap);
    gt_goroutines_close(analysis->goroutines);
    gt_process_close(analysis->process);
    free(analysis);
}

struct gt_report *gt_report_new(void)
{
    struct gt_report *report = gt_calloc(1, sizeof *report);

    report->storage = gt_calloc(1, sizeof *report->storage);
    return report;
}

void gt_report_free(struct gt_report *report)
{
    if (!report) return;
    gt_arena_free(report->storage);
    free(report->storage);
    free(report);
}

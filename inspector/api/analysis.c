/* Opens the process and its goroutines at once; the heap, its specials and its roots when they are
 * first needed. Each entry point's body runs as a call, unless an earlier call has run out of
 * memory. */
#include "inspector/api/analysis.h"

#include "inspector/base/alloc.h"
#include "inspector/base/error.h"
#include "inspector/base/options.h"
#include "inspector/base/task.h"

#include "inspector/runtime/consistency/consistency.h"
#include "inspector/runtime/process/open_process.h"
#include <errno.h>
#include <stdlib.h>

/* The callback may set errno, which must not count as a failure of this library. */
void gt_analysis_stage(const struct gt_analysis *analysis, const char *stage)
{
    int before = errno;

    if (analysis->progress) analysis->progress(analysis->progress_ctx, stage, 0, 0);
    errno = before;
}

/* ---- calls --------------------------------------------------------------------------------- */

struct gt_error *gt_analysis_run(struct gt_analysis *analysis, const void *out, gt_body *body,
                                 void *args)
{
    if (!analysis || !out) return gt_error_plain(GT_ERR_USAGE, "NULL is not allowed here");
    if (analysis->holdings.lost)
        return gt_error_plain(GT_ERR_MEMORY,
                              "memory ran out in an earlier call: close this analysis and open "
                              "another");
    return gt_call(&analysis->holdings, body, args);
}

struct gt_error *gt_analysis_report(struct gt_analysis *analysis,
                                    const struct gt_report_options *options, gt_body *make,
                                    struct gt_report **report)
{
    struct gt_report_builder builder = {.analysis = analysis};
    struct gt_error *error = gt_options_take(&builder.options, sizeof builder.options, options);

    if (!error) error = gt_analysis_run(analysis, report, make, &builder);
    if (!error) *report = gt_report_keep(builder.report);
    return error;
}

/* ---- opening ------------------------------------------------------------------------------- */

struct opener {
    struct gt_core_options options;
    struct gt_analysis *analysis;
};

static struct gt_error *open_all(void *args)
{
    const struct opener *opener = args;
    struct gt_analysis *analysis = opener->analysis;

    gt_analysis_stage(analysis, "opening");
    struct gt_error *error = gt_process_open(&opener->options, &analysis->process);
    gt_analysis_stage(analysis, "reading goroutines");
    if (!error)
        error = gt_goroutines_open(analysis->process, analysis->threads, &analysis->goroutines);
    if (!error) gt_consistency_of_goroutines(analysis->process, analysis->goroutines);
    return error && analysis->process ? gt_process_explain(analysis->process, error) : error;
}

struct gt_error *gt_open(const struct gt_core_options *options, struct gt_analysis **out)
{
    struct opener opener = {.analysis = calloc(1, sizeof *opener.analysis)};
    struct gt_error *error = gt_options_take(&opener.options, sizeof opener.options, options);

    if (!error && !opener.options.core_path)
        error = gt_error_plain(GT_ERR_USAGE, "core_path is required");
    if (!error && !opener.analysis) error = gt_error_memory(sizeof *opener.analysis);
    if (opener.analysis) {
        gt_holdings_init(&opener.analysis->holdings);
        opener.analysis->threads =
            opener.options.threads ? opener.options.threads : gt_usable_processors();
        opener.analysis->progress = opener.options.progress;
        opener.analysis->progress_ctx = opener.options.progress_ctx;
    }
    if (!error) error = gt_analysis_run(opener.analysis, out, open_all, &opener);
    if (error)
        gt_close(opener.analysis);
    else
        *out = opener.analysis;
    return error;
}

/* ---- the heap ------------------------------------------------------------------------------ */

/* The heap's own tables are near the end of a core, so truncation loses them first. */
static struct gt_error *heap_error(const struct gt_process *process, struct gt_error *error)
{
    if (error && gt_core_truncated(process->core))
        error = gt_error_prefix(error, "the goroutines can be read (gotopsy goroutines), the heap "
                                       "cannot");
    return gt_process_explain(process, error);
}

static void share_threads(struct gt_analysis *analysis)
{
    struct gt_dwarf *dwarf = analysis->process->dwarf;

    if (dwarf) gt_dwarf_set_threads(dwarf, analysis->threads);
    if (analysis->heap) analysis->heap->graph.threads = analysis->threads;
}

struct gt_error *gt_analysis_heap(struct gt_analysis *analysis)
{
    struct gt_error *error = NULL;

    share_threads(analysis);
    if (analysis->roots) return NULL;
    gt_analysis_stage(analysis, "reading the heap");
    gt_core_read_in_large_pages(analysis->process->core);
    if (!analysis->heap)
        error = gt_goheap_open(analysis->process, analysis->threads, &analysis->heap);
    share_threads(analysis);
    if (!error && !analysis->specials)
        error = gt_specials_open(analysis->heap, &analysis->specials);
    gt_analysis_stage(analysis, "scanning stacks");
    if (!error)
        error = gt_roots_open(analysis->heap, analysis->goroutines, analysis->specials,
                              &analysis->roots);
    if (!error) gt_consistency_of_heap(analysis->heap, analysis->goroutines, analysis->specials);
    return heap_error(analysis->process, error);
}

struct gt_error *gt_analysis_heap_for_types(struct gt_analysis *analysis)
{
    share_threads(analysis);
    if (analysis->process->dwarf) gt_dwarf_read_ahead(analysis->process->dwarf);
    return gt_analysis_heap(analysis);
}

static struct gt_error *keep_facts(void *dwarf)
{
    gt_dwarf_keep(dwarf);
    return NULL;
}

/* Without memory for it, they are not kept. */
static void keep(const struct gt_process *process)
{
    if (process && process->dwarf) gt_error_destroy(gt_call_alone(keep_facts, process->dwarf));
}

void gt_analysis_compare(struct gt_analysis *analysis, const struct gt_gcmarks *marks,
                         const struct gt_bitmap *live, const struct gt_compare_options *options,
                         struct gt_comparison *out)
{
    if (!analysis->objects_checked) gt_consistency_of_objects(analysis->heap, live, marks);
    analysis->objects_checked = true;
    gt_compare(analysis->heap, analysis->goroutines, analysis->specials, analysis->roots, marks,
               live, options, out);
}

void gt_close(struct gt_analysis *analysis)
{
    if (!analysis) return;
    if (!analysis->holdings.lost) {
        keep(analysis->process);
        gt_analysis_close_live_heap(analysis);
        gt_roots_close(analysis->roots);
        gt_specials_close(analysis->specials);
        gt_goheap_close(analysis->heap);
        gt_goroutines_close(analysis->goroutines);
        gt_process_close(analysis->process);
    }
    free(analysis);
}

struct gt_report *gt_report_create_empty(void)
{
    struct gt_report *report = gt_calloc(1, sizeof *report);

    report->storage = gt_calloc(1, sizeof *report->storage);
    return report;
}

struct gt_report *gt_report_keep(struct gt_report *report)
{
    gt_arena_detach(report->storage);
    gt_detach(report->storage);
    gt_detach(report);
    return report;
}

void gt_report_destroy(struct gt_report *report)
{
    if (!report) return;
    gt_arena_deinit(report->storage);
    gt_free(report->storage);
    gt_free(report);
}

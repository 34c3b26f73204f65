/* The report of the memory alone. */
#include "inspector/api/analysis.h"
#include "inspector/detect/model/fill_memory.h"
#include "inspector/detect/model/fill_process.h"

static void fill(const struct gt_report_builder *builder)
{
    struct gt_analysis *analysis = builder->analysis;
    struct gt_report *report = builder->report;
    const struct gt_source_process source = gt_analysis_source(analysis);
    const struct gt_heap_analysis *live_heap =
        gt_analysis_live_heap_untyped(analysis, report->storage);

    report->live.bytes = live_heap->live_bytes;
    report->live.objects = live_heap->live_objects;
    report->goroutines.total = analysis->goroutines->count;
    gt_analysis_stage(analysis, "dividing the memory");
    gt_fill_process(&source, report);
    gt_fill_memory(live_heap, report);
    gt_fill_notes(&source, report);
}

static struct gt_error *make(void *args)
{
    struct gt_report_builder *builder = args;
    struct gt_error *error = gt_analysis_heap(builder->analysis);

    if (error) return error;
    builder->report = gt_report_create_empty();
    fill(builder);
    return NULL;
}

struct gt_error *gt_report_create_memory(struct gt_analysis *analysis,
                                         const struct gt_report_options *options,
                                         struct gt_report **report)
{
    return gt_analysis_report(analysis, options, make, report);
}

/* The report of the goroutines alone. */
#include "inspector/api/analysis.h"
#include "inspector/detect/model/fill_crash.h"
#include "inspector/detect/model/fill_goroutines.h"
#include "inspector/detect/model/fill_process.h"
#include "inspector/detect/model/fill_retained.h"

static void fill_retained(struct gt_analysis *analysis, struct gt_report *report)
{
    struct gt_heap_analysis *live_heap = gt_analysis_live_heap_untyped(analysis, report->storage);

    gt_analysis_stage(analysis, "weighing goroutines");
    gt_fill_retained(live_heap, report);
}

static struct gt_error *make(void *args)
{
    struct gt_report_builder *builder = args;
    struct gt_analysis *analysis = builder->analysis;
    const struct gt_report_options *options = &builder->options;
    const struct gt_source_process source = gt_analysis_source(analysis);
    struct gt_error *error = options->retained ? gt_analysis_heap(analysis) : NULL;

    if (error) return error;
    builder->report = gt_report_create_empty();
    gt_fill_process(&source, builder->report);
    if (options->show_data) gt_fill_command_line(&source, builder->report);
    gt_fill_goroutines(&source, options, builder->report);
    gt_fill_crash(&source, options->show_data, builder->report);
    if (options->retained) fill_retained(analysis, builder->report);
    gt_fill_notes(&source, builder->report);
    return NULL;
}

struct gt_error *gt_report_create_goroutines(struct gt_analysis *analysis,
                                             const struct gt_report_options *options,
                                             struct gt_report **report)
{
    return gt_analysis_report(analysis, options, make, report);
}

/* The report of the threads alone. */
#include "inspector/api/analysis.h"
#include "inspector/detect/model/fill_crash.h"
#include "inspector/detect/model/fill_process.h"
#include "inspector/detect/model/fill_threads.h"

static struct gt_error *make(void *args)
{
    struct gt_report_builder *builder = args;
    const struct gt_analysis *analysis = builder->analysis;
    const struct gt_source_process source = gt_analysis_source(analysis);

    builder->report = gt_report_create_empty();
    gt_analysis_stage(analysis, "unwinding threads");
    gt_fill_process(&source, builder->report);
    if (builder->options.show_data) gt_fill_command_line(&source, builder->report);
    gt_fill_threads(&source, builder->report);
    gt_fill_crash(&source, builder->options.show_data, builder->report);
    gt_fill_notes(&source, builder->report);
    return NULL;
}

struct gt_error *gt_report_create_threads(struct gt_analysis *analysis,
                                          const struct gt_report_options *options,
                                          struct gt_report **report)
{
    return gt_analysis_report(analysis, options, make, report);
}

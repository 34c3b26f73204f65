/* The report of the threads alone. */
#include "inspector/api/analysis.h"
#include "inspector/base/options.h"
#include "inspector/detect/model/fill_crash.h"
#include "inspector/detect/model/fill_process.h"
#include "inspector/detect/model/fill_threads.h"

struct builder {
    struct gt_analysis *analysis;
    struct gt_report_options options;
    struct gt_report *report;
};

static struct gt_error *make(void *args)
{
    struct builder *builder = args;
    const struct gt_analysis *analysis = builder->analysis;
    const struct gt_source_process source = gt_analysis_source(analysis);

    builder->report = gt_report_create_empty();
    gt_analysis_stage(analysis, "unwinding threads");
    gt_fill_process(&source, builder->report);
    gt_fill_threads(&source, builder->report);
    gt_fill_crash(&source, builder->options.show_data, builder->report);
    gt_fill_notes(&source, builder->report);
    return NULL;
}

struct gt_error *gt_report_create_threads(struct gt_analysis *analysis,
                                          const struct gt_report_options *options,
                                          struct gt_report **report)
{
    struct builder builder = {.analysis = analysis};
    struct gt_error *error = gt_options_take(&builder.options, sizeof builder.options, options);

    if (!error) error = gt_analysis_run(analysis, report, make, &builder);
    if (!error) *report = gt_report_keep(builder.report);
    return error;
}

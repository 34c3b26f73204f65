/* The whole report: the live heap, its types, and what every detector finds in it. */
#include "inspector/api/analysis.h"
#include "inspector/detect/detectors/detector.h"
#include "inspector/detect/holders/holder_texts.h"
#include "inspector/detect/holders/live_tree.h"
#include "inspector/detect/model/fill_crash.h"
#include "inspector/detect/model/fill_goroutines.h"
#include "inspector/detect/model/fill_memory.h"
#include "inspector/detect/model/fill_process.h"
#include "inspector/detect/model/fill_retained.h"
#include "inspector/detect/retention/findings.h"
#include "inspector/detect/waiting/waits_summary.h"
#include "inspector/detect/windows/dead_slots.h"
#include "inspector/detect/windows/set_aside.h"
#include "inspector/detect/windows/undecided.h"

enum {
    DEFAULT_MIN_BYTES = 64 * 1024,
    LIVE_SHARE = 1000, /* the default threshold is at least 1/1000 of the live bytes */
    DEFAULT_INSTANCES = 20,
};

static uint64_t threshold(const struct gt_report_options *options, uint64_t live_bytes)
{
    uint64_t share = live_bytes / LIVE_SHARE;

    if (options->min_bytes) return options->min_bytes;
    return share > DEFAULT_MIN_BYTES ? share : DEFAULT_MIN_BYTES;
}

static struct gt_heap_analysis *start_heap_analysis(const struct gt_report_builder *builder)
{
    const struct gt_report_options *options = &builder->options;
    struct gt_report *report = builder->report;
    struct gt_heap_analysis *live_heap =
        gt_analysis_live_heap(builder->analysis, GT_TYPES_FOR_DETECTORS, report->storage);

    report->live.bytes = live_heap->live_bytes;
    report->live.objects = live_heap->live_objects;
    live_heap->max_instances = options->instances ? options->instances : DEFAULT_INSTANCES;
    live_heap->show_data = options->show_data;
    live_heap->min_bytes = threshold(options, live_heap->live_bytes);
    return live_heap;
}

static void detect(const struct gt_report_builder *builder, struct gt_heap_analysis *live_heap)
{
    struct gt_causes causes;
    struct gt_analysis *analysis = builder->analysis;
    struct gt_report *report = builder->report;

    gt_analysis_stage(analysis, "looking at slices");
    gt_dead_slots_find(live_heap);
    gt_causes_init(&causes);
    gt_detectors_run(live_heap, &causes, report->looked_for, analysis->progress,
                     analysis->progress_ctx);
    gt_analysis_stage(analysis, "weighing");
    gt_causes_weigh(live_heap, &causes, &report->leaks_total.bytes, &report->leaks_total.objects);
    gt_findings_fill(live_heap, &causes, report);
    gt_causes_deinit(&causes);
}

/* The tree of the holders is built while the detectors run. */
static void begin_holders(const struct gt_report_builder *builder,
                          struct gt_heap_analysis *live_heap)
{
    if (builder->options.no_holders || builder->analysis->threads <= 1) return;
    gt_live_tree_begin(live_heap);
}

static void describe_holders(const struct gt_report_builder *builder,
                             struct gt_heap_analysis *live_heap)
{
    if (builder->options.no_holders) return;
    gt_analysis_stage(builder->analysis, "looking for the largest holders");
    gt_holders_describe(live_heap, builder->report);
}

static struct gt_error *make(void *args)
{
    struct gt_report_builder *builder = args;
    struct gt_analysis *analysis = builder->analysis;
    const struct gt_source_process source = gt_analysis_source(analysis);
    struct gt_error *error = gt_analysis_heap_for_types(analysis);

    if (error) return error;
    builder->report = gt_report_create_empty();
    gt_fill_process(&source, builder->report);
    if (builder->options.show_data) gt_fill_command_line(&source, builder->report);
    gt_fill_goroutines(&source, NULL, builder->report);
    gt_fill_crash(&source, builder->options.show_data, builder->report);
    struct gt_heap_analysis *live_heap = start_heap_analysis(builder);
    begin_holders(builder, live_heap);
    gt_analysis_stage(analysis, "weighing goroutines");
    gt_fill_retained(live_heap, builder->report);
    gt_waits_summarize(live_heap, builder->report);
    detect(builder, live_heap);
    gt_undecided_describe(live_heap, builder->report);
    gt_set_aside_describe(live_heap, builder->report);
    describe_holders(builder, live_heap);
    gt_fill_memory(live_heap, builder->report);
    gt_fill_coverage(live_heap, builder->report);
    gt_fill_notes(&source, builder->report);
    return NULL;
}

struct gt_error *gt_report_create(struct gt_analysis *analysis,
                                  const struct gt_report_options *options,
                                  struct gt_report **report)
{
    return gt_analysis_report(analysis, options, make, report);
}

/* The whole report: the live heap, its types, and what every detector finds in it. */
#include "inspector/api/analysis.h"
#include "inspector/base/options.h"
#include "inspector/detect/detectors/detector.h"
#include "inspector/detect/holders/holder_texts.h"
#include "inspector/detect/retention/findings.h"
#include "inspector/detect/waiting/waits_summary.h"
#include "inspector/detect/windows/dead_slots.h"
#include "inspector/detect/windows/set_aside.h"
#include "inspector/detect/windows/undecided.h"

enum {
    DEFAULT_MIN_BYTES = 64 * 1024,
    LIVE_SHARE = 1000, /* the default threshold is at least 1/1000 of what is live */
    DEFAULT_INSTANCES = 20,
};

struct builder {
    struct gt_analysis *analysis;
    struct gt_report_options options;
    struct gt_report *report;
    struct gt_heap_analysis heap_analysis;
    struct gt_causes causes;
};

static uint64_t threshold(const struct gt_report_options *options, uint64_t live_bytes)
{
    uint64_t share = live_bytes / LIVE_SHARE;

    if (options->min_bytes) return options->min_bytes;
    return share > DEFAULT_MIN_BYTES ? share : DEFAULT_MIN_BYTES;
}

static void start_heap_analysis(struct builder *builder)
{
    const struct gt_report_options *options = &builder->options;
    struct gt_heap_analysis *heap_analysis = &builder->heap_analysis;

    gt_heap_analysis_init(heap_analysis, builder->analysis, builder->report->storage);
    builder->report->live.bytes = heap_analysis->live_bytes;
    builder->report->live.objects = heap_analysis->live_objects;
    heap_analysis->max_instances = options->instances ? options->instances : DEFAULT_INSTANCES;
    heap_analysis->show_data = options->show_data;
    heap_analysis->min_bytes = threshold(options, heap_analysis->live_bytes);
}

static void detect(struct builder *builder)
{
    struct gt_analysis *analysis = builder->analysis;
    struct gt_report *report = builder->report;

    gt_analysis_stage(analysis, "looking at slices");
    gt_dead_slots_find(&builder->heap_analysis);
    gt_causes_init(&builder->causes);
    gt_detectors_run(&builder->heap_analysis, &builder->causes, report->looked_for,
                     analysis->progress, analysis->progress_ctx);
    gt_analysis_stage(analysis, "weighing");
    gt_causes_weigh(&builder->heap_analysis, &builder->causes, &report->leaks_total.bytes,
                    &report->leaks_total.objects);
    gt_findings_fill(&builder->heap_analysis, &builder->causes, report);
    gt_causes_deinit(&builder->causes);
}

/* ---- memory and coverage ------------------------------------------------------------------- */

static void fill_memory(const struct builder *builder)
{
    struct gt_report *report = builder->report;
    const struct gt_goheap *heap = builder->analysis->heap;
    struct gt_count *parts = gt_arena_alloc(report->storage, 5 * sizeof *parts);
    uint64_t allocated = gt_heap_bytes_of(&heap->graph, &heap->graph.allocated);
    uint64_t mapped = 0, told = heap->heap_bytes + heap->stack_bytes;
    size_t count;
    const struct gt_segment *segments = gt_core_segments(builder->analysis->process->core, &count);

    for (size_t i = 0; i < count; i++)
        mapped += segments[i].end - segments[i].start;
    if (mapped < told) mapped = told; /* a core that lost segments */
    parts[0] = (struct gt_count){"live objects", report->live.bytes};
    parts[1] = (struct gt_count){"garbage", allocated - report->live.bytes};
    parts[2] = (struct gt_count){"free slots", heap->heap_bytes - allocated};
    parts[3] = (struct gt_count){"stacks", heap->stack_bytes};
    parts[4] = (struct gt_count){"other and reserved", mapped - told};
    report->memory.mapped_bytes = mapped;
    report->memory.parts = parts;
    report->memory.part_count = 5;
}

static void fill_coverage(const struct builder *builder)
{
    struct gt_report *report = builder->report;
    const struct gt_process *process = builder->analysis->process;

    report->coverage.typed_bytes = builder->heap_analysis.typing->typed_bytes;
    report->coverage.untyped_bytes = builder->heap_analysis.typing->untyped_bytes;
    report->coverage.names_disputed = builder->heap_analysis.typing->names_disputed;
    report->coverage.frames_precise = builder->analysis->roots->frames_precise;
    report->coverage.frames_conservative = builder->analysis->roots->frames_conservative;
    report->coverage.missing_bytes = process->missing_bytes;
    gt_fill_notes(builder->analysis, report);
}

static void describe_holders(struct builder *builder)
{
    if (builder->options.no_holders) return;
    gt_analysis_stage(builder->analysis, "looking for the largest holders");
    gt_holders_describe(&builder->heap_analysis, builder->report);
}

static struct gt_error *make(void *args)
{
    struct builder *builder = args;
    struct gt_analysis *analysis = builder->analysis;
    struct gt_error *error = gt_analysis_heap(analysis);

    if (error) return error;
    builder->report = gt_report_create_empty();
    gt_fill_process(analysis, builder->report);
    gt_fill_goroutines(analysis, NULL, builder->report);
    gt_fill_crash(analysis, builder->options.show_data, builder->report);
    start_heap_analysis(builder);
    gt_analysis_stage(analysis, "weighing goroutines");
    gt_fill_retained(&builder->heap_analysis, builder->report);
    gt_waits_summarize(&builder->heap_analysis, builder->report);
    detect(builder);
    gt_undecided_describe(&builder->heap_analysis, builder->report);
    gt_set_aside_describe(&builder->heap_analysis, builder->report);
    describe_holders(builder);
    fill_memory(builder);
    fill_coverage(builder);
    gt_heap_analysis_deinit(&builder->heap_analysis);
    return NULL;
}

struct gt_error *gt_report_create(struct gt_analysis *analysis,
                                  const struct gt_report_options *options,
                                  struct gt_report **report)
{
    struct builder builder = {.analysis = analysis};
    struct gt_error *error = gt_options_take(&builder.options, sizeof builder.options, options);

    if (!error) error = gt_analysis_run(analysis, report, make, &builder);
    if (!error) *report = gt_report_keep(builder.report);
    return error;
}

/* `waits`: what goroutines wait for, and what could wake them. */
#include "inspector/api/analysis.h"
#include "inspector/base/alloc.h"
#include "inspector/base/error.h"
#include "inspector/base/options.h"
#include "inspector/detect/model/fill_goroutines.h"
#include "inspector/detect/model/fill_process.h"
#include "inspector/detect/waiting/outside.h"
#include "inspector/detect/waiting/wait_graph.h"

#include <inttypes.h>

static struct gt_error *check_goroutine(const struct gt_analysis *analysis, uint64_t id)
{
    for (uint32_t i = 0; i < analysis->goroutines->count; i++)
        if (analysis->goroutines->list[i].id == id) return NULL;
    return gt_error_create(
        GT_ERR_USAGE, "there is no goroutine %" PRIu64 "; 'gotopsy goroutines' lists them", id);
}

static struct gt_error *check_waiting(const struct gt_wait_graph *graph, uint64_t id)
{
    if (graph->waiting_count || graph->outside_count) return NULL;
    return gt_error_create(
        GT_ERR_USAGE,
        "goroutine %" PRIu64 " waits for nothing that another goroutine or IO could give", id);
}

static void fill(struct gt_analysis *analysis, uint64_t id, struct gt_wait_graph *graph)
{
    const struct gt_source_process source = gt_analysis_source(analysis);

    gt_fill_process(&source, graph->process);
    gt_fill_goroutines(&source, NULL, graph->process);
    struct gt_heap_analysis *live_heap =
        gt_analysis_live_heap(analysis, GT_TYPES_FOR_DETECTORS, graph->process->storage);
    gt_analysis_stage(analysis, "looking for who could wake whom");
    gt_wait_graph_fill(live_heap, id, graph);
    gt_outside_fill(live_heap, id, graph);
    graph->whole = gt_process_is_whole(analysis->process);
    gt_fill_notes(&source, graph->process);
    graph->notes = graph->process->coverage.notes;
    graph->note_count = graph->process->coverage.note_count;
}

struct builder {
    struct gt_analysis *analysis;
    struct gt_wait_options options;
    struct gt_wait_graph *graph;
};

static struct gt_error *make(void *args)
{
    struct builder *builder = args;
    uint64_t id = builder->options.goroutine;
    struct gt_error *error = id ? check_goroutine(builder->analysis, id) : NULL;

    if (!error) error = gt_analysis_heap(builder->analysis);
    if (error) return error;
    builder->graph = gt_calloc(1, sizeof *builder->graph);
    builder->graph->process = gt_report_create_empty();
    fill(builder->analysis, id, builder->graph);
    if (id) error = check_waiting(builder->graph, id);
    if (error) gt_wait_graph_destroy(builder->graph);
    return error;
}

static struct gt_wait_graph *keep(struct gt_wait_graph *graph)
{
    gt_report_keep(graph->process);
    gt_detach(graph);
    return graph;
}

struct gt_error *gt_wait_graph_create(struct gt_analysis *analysis,
                                      const struct gt_wait_options *options,
                                      struct gt_wait_graph **graph)
{
    struct builder builder = {.analysis = analysis};
    struct gt_error *error = gt_options_take(&builder.options, sizeof builder.options, options);

    if (!error) error = gt_analysis_run(analysis, graph, make, &builder);
    if (!error) *graph = keep(builder.graph);
    return error;
}

void gt_wait_graph_destroy(struct gt_wait_graph *graph)
{
    if (!graph) return;
    gt_report_destroy(graph->process);
    gt_free(graph);
}

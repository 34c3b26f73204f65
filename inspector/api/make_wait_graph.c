/* `waits`: who waits for what, and who could wake whom. */
#include "inspector/api/analysis.h"
#include "inspector/base/alloc.h"
#include "inspector/base/error.h"
#include "inspector/base/options.h"
#include "inspector/detect/waiting/outside.h"
#include "inspector/detect/waiting/wait_graph.h"

static struct gt_error *check_goroutine(const struct gt_analysis *analysis, uint64_t id)
{
    for (uint32_t i = 0; i < analysis->goroutines->count; i++)
        if (analysis->goroutines->list[i].id == id) return NULL;
    return gt_error_new(GT_ERR_USAGE, "there is no goroutine %llu; 'gotopsy goroutines' lists them",
                        (unsigned long long)id);
}

static struct gt_error *check_waiting(const struct gt_wait_graph *graph, uint64_t id)
{
    if (graph->waiting_count || graph->outside_count) return NULL;
    return gt_error_new(GT_ERR_USAGE,
                        "goroutine %llu waits for nothing that another goroutine or IO could give",
                        (unsigned long long)id);
}

static void fill(struct gt_analysis *analysis, uint64_t id, struct gt_wait_graph *graph)
{
    struct gt_study study;

    gt_fill_process(analysis, graph->process);
    gt_fill_goroutines(analysis, NULL, graph->process);
    gt_study_begin(&study, analysis, graph->process->storage);
    gt_analysis_stage(analysis, "looking for who could wake whom");
    gt_wait_graph_fill(&study, id, graph);
    gt_outside_fill(&study, id, graph);
    gt_study_end(&study);
    graph->whole = gt_process_is_whole(analysis->process);
    gt_fill_notes(analysis, graph->process);
    graph->notes = graph->process->coverage.notes;
    graph->note_count = graph->process->coverage.note_count;
}

struct making {
    struct gt_analysis *analysis;
    struct gt_wait_options options;
    struct gt_wait_graph *graph;
};

static struct gt_error *make(void *args)
{
    struct making *making = args;
    uint64_t id = making->options.goroutine;
    struct gt_error *error = id ? check_goroutine(making->analysis, id) : NULL;

    if (!error) error = gt_analysis_heap(making->analysis);
    if (error) return error;
    making->graph = gt_calloc(1, sizeof *making->graph);
    making->graph->process = gt_report_new();
    fill(making->analysis, id, making->graph);
    if (id) error = check_waiting(making->graph, id);
    if (error) gt_wait_graph_free(making->graph);
    return error;
}

static struct gt_wait_graph *keep(struct gt_wait_graph *graph)
{
    gt_report_keep(graph->process);
    gt_detach(graph);
    return graph;
}

struct gt_error *gt_wait_graph_make(struct gt_analysis *analysis,
                                    const struct gt_wait_options *options,
                                    struct gt_wait_graph **graph)
{
    struct making making = {.analysis = analysis};
    struct gt_error *error = gt_options_take(&making.options, sizeof making.options, options);

    if (!error) error = gt_analysis_run(analysis, graph, make, &making);
    if (!error) *graph = keep(making.graph);
    return error;
}

void gt_wait_graph_free(struct gt_wait_graph *graph)
{
    if (!graph) return;
    gt_report_free(graph->process);
    gt_free(graph);
}

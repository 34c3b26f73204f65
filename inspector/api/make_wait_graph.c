/* `waits`: who waits for what, and who could wake whom. */
#include "inspector/api/analysis.h"
#include "inspector/base/alloc.h"
#include "inspector/base/error.h"
#include "inspector/detect/waiting/outside.h"
#include "inspector/detect/waiting/wait_graph.h"

#include <stdlib.h>

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

struct gt_error *gt_wait_graph_make(struct gt_analysis *analysis,
                                    const struct gt_wait_options *options,
                                    struct gt_wait_graph **out)
{
    uint64_t id = options ? options->goroutine : 0;
    struct gt_error *error = id ? check_goroutine(analysis, id) : NULL;

    if (!error) error = gt_analysis_heap(analysis);
    if (error) return error;
    struct gt_wait_graph *graph = gt_calloc(1, sizeof *graph);
    graph->process = gt_report_new();
    fill(analysis, id, graph);
    if (id) error = check_waiting(graph, id);
    if (error)
        gt_wait_graph_free(graph);
    else
        *out = graph;
    return error;
}

void gt_wait_graph_free(struct gt_wait_graph *graph)
{
    if (!graph) return;
    gt_report_free(graph->process);
    free(graph);
}

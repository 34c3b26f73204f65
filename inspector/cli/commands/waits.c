/* `waits`: what goroutines wait for, and what could wake them. */
#include "inspector/cli/commands.h"

#include "inspector/cli/output.h"

static struct gt_error *waits(struct gt_analysis *analysis, struct gt_run *run)
{
    struct gt_wait_graph *graph = NULL;
    struct gt_output output;
    struct gt_error *error = gt_wait_graph_create(analysis, &run->options->waits, &graph);

    error = gt_run_output(run, error, &output);
    if (!error)
        error = gt_output_close(
            &output, gt_wait_graph_write(graph, run->options->format, &output.style, output.file));
    gt_wait_graph_destroy(graph);
    return error;
}

const struct gt_command gt_command_waits = {
    .name = "waits",
    .argument = "CORE",
    .summary = "show what goroutines wait for, what holds it, and what could wake them",
    .description =
        "Shows what blocked goroutines wait for (channels, mutexes, wait groups, conditions),\n"
        "which goroutine holds it, and what could still wake them, by which variable.\n"
        "Goroutines that are blocked forever come first, then deadlocks as cycles, then the\n"
        "rest. Goroutines that wait for I/O (with its file), for time, or in a synctest bubble\n"
        "come last.\n",
    .examples = "  gotopsy waits core\n"
                "  gotopsy waits core --goroutine 4711\n"
                "  gotopsy waits core --format=dot | dot -Tsvg -o waits.svg\n",
    .document = GT_DOCUMENT_WAITS,
    .options = {GT_OPTION_GOROUTINE},
    .analyse = waits,
};

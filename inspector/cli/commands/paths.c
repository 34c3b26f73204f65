/* `paths`: what keeps an object alive. */
#include "inspector/cli/commands.h"

#include "inspector/cli/output.h"
#include "inspector/cli/values/address.h"

static struct gt_error *read_operand(struct gt_options *options)
{
    options->paths.most = options->most;
    return gt_address_parse(options->operand, &options->paths.address);
}

static struct gt_error *paths(struct gt_analysis *analysis, struct gt_run *run)
{
    struct gt_paths *paths = NULL;
    struct gt_output output;
    struct gt_error *error = gt_paths_create(analysis, &run->options->paths, &paths);

    error = gt_run_output(run, error, &output);
    if (!error)
        error = gt_output_close(
            &output, gt_paths_write(paths, run->options->format, &output.style, output.file));
    gt_paths_destroy(paths);
    return error;
}

const struct gt_command gt_command_paths = {
    .name = "paths",
    .argument = "CORE ADDR",
    .summary = "show what keeps the object at an address alive",
    .description =
        "Shows the shortest path to a heap object from each kind of root: global variables,\n"
        "goroutines' frames, finalizers and cleanups, timers, the runtime itself. Then come\n"
        "more paths. No two paths have an object in common. The object becomes garbage when all\n"
        "paths to it are cut.\n",
    .examples = "  gotopsy paths core 0xc000012080\n"
                "  gotopsy paths core 0xc000012080 --max=100\n",
    .document = GT_DOCUMENT_PATHS,
    .options = {GT_OPTION_MAX},
    .read = read_operand,
    .analyse = paths,
};

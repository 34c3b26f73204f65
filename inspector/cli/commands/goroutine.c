/* `goroutine`: one goroutine with its variables. */
#include "inspector/cli/commands.h"

#include "inspector/base/error.h"
#include "inspector/cli/output.h"

#include <stdlib.h>

static struct gt_error *read_operand(struct gt_options *options)
{
    char *end;

    options->goroutine.goroutine = strtoull(options->operand, &end, 10);
    options->goroutine.most = options->most;
    options->goroutine.depth = options->show.depth;
    options->goroutine.show_data = options->report.show_data;
    if (*options->operand >= '0' && *options->operand <= '9' && !*end) return NULL;
    return gt_error_create(GT_ERR_USAGE, "expected a goroutine's number, not '%s'",
                           options->operand);
}

static struct gt_error *goroutine(struct gt_analysis *analysis, struct gt_run *run)
{
    struct gt_goroutine_view *view = NULL;
    struct gt_output output;
    struct gt_error *error = gt_goroutine_create(analysis, &run->options->goroutine, &view);

    error = gt_run_output(run, error, &output);
    if (!error)
        error = gt_output_close(
            &output, gt_goroutine_write(view, run->options->format, &output.style, output.file));
    gt_goroutine_destroy(view);
    return error;
}

const struct gt_command gt_command_goroutine = {
    .name = "goroutine",
    .argument = "CORE ID",
    .summary = "show one goroutine's frames, with the variables of each",
    .description =
        "Shows the frames of a goroutine, innermost first. Each frame has the variables that\n"
        "debug information names, with their types, and what each of them alone retains. Other\n"
        "pointers of a frame are shown by their offset, with the type of their target. Without\n"
        "debug information there are only these.\n",
    .examples = "  gotopsy goroutine core 18\n"
                "  gotopsy goroutine core 18 --depth=2\n",
    .document = GT_DOCUMENT_GOROUTINE,
    .options = {GT_OPTION_SHOW_DATA, GT_OPTION_MAX, GT_OPTION_DEPTH},
    .read = read_operand,
    .analyse = goroutine,
};

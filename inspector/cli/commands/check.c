/* `check`: compares the live objects with the collector's marks. */
#include "inspector/cli/commands.h"

#include "inspector/cli/output.h"

static struct gt_error *check(struct gt_analysis *analysis, struct gt_run *run)
{
    struct gt_check *check = NULL;
    struct gt_output output;
    struct gt_error *error = gt_check_create(analysis, &run->options->check, &check);

    error = gt_run_output(run, error, &output);
    if (!error)
        error = gt_output_close(
            &output, gt_check_write(check, run->options->format, &output.style, output.file));
    gt_check_destroy(check);
    return error;
}

const struct gt_command gt_command_check = {
    .name = "check",
    .argument = "CORE",
    .summary = "compare the live objects with the garbage collector's marks",
    .description =
        "Compares the live set of the reports with the marks that Go's garbage collector left\n"
        "in the core. The verdict is exact, explained (with evidence in the core for each object\n"
        "that differs), uncertain (with none for some) or differs.\n",
    .examples = "  gotopsy check core\n"
                "  gotopsy check core --examples=50\n"
                "  gotopsy check core --format=json\n",
    .document = GT_DOCUMENT_CHECK,
    .options = {GT_OPTION_EXAMPLES},
    .analyse = check,
};

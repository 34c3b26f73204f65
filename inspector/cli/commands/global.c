/* `global`: the value of a variable, by its name. */
#include "inspector/cli/commands.h"

static struct gt_error *read_operand(struct gt_options *options)
{
    options->show.most = options->most;
    options->show.show_data = options->report.show_data;
    options->show.name = options->operand;
    return NULL;
}

static struct gt_error *global(struct gt_analysis *analysis, struct gt_run *run)
{
    struct gt_view *view = NULL;
    struct gt_error *error = gt_global_create(analysis, &run->options->show, &view);

    return gt_run_write_view(run, error, view);
}

const struct gt_command gt_command_global = {
    .name = "global",
    .argument = "CORE NAME",
    .summary = "show a global variable, and the heap that it retains",
    .description =
        "Shows a package-level variable as show does, and the heap that would be freed without\n"
        "it. The name is the package's path with the variable, or the end of that. Names come\n"
        "from the binary's debug information.\n",
    .examples = "  gotopsy global core main.cache\n"
                "  gotopsy global core net/http.DefaultClient --depth=2\n",
    .document = GT_DOCUMENT_SHOW,
    .options = {GT_OPTION_SHOW_DATA, GT_OPTION_MAX, GT_OPTION_DEPTH},
    .read = read_operand,
    .analyse = global,
};

/* `help`: the help of all commands, or of one. */
#include "inspector/cli/commands.h"

#include "inspector/base/error.h"
#include "inspector/cli/help.h"

static struct gt_error *help(const struct gt_options *options)
{
    const struct gt_command *command = options->topic ? gt_command_named(options->topic) : NULL;

    if (options->topic && !command)
        return gt_error_create(GT_ERR_USAGE, "unknown command '%s'", options->topic);
    if (command)
        gt_help_command(command, stdout);
    else
        gt_help_overview(stdout);
    return NULL;
}

const struct gt_command gt_command_help = {
    .name = "help",
    .argument = "[COMMAND]",
    .summary = "explain a command, with examples",
    .description = "Explains a command, or lists them.\n",
    .examples = "  gotopsy help report\n",
    .document = GT_DOCUMENTS,
    .print = help,
};

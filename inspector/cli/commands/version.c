/* `version`: prints the version. */
#include "inspector/cli/commands.h"

#include <stdio.h>

static struct gt_error *version(const struct gt_options *options)
{
    (void)options;
    puts("gotopsy " GT_VERSION);
    return NULL;
}

const struct gt_command gt_command_version = {
    .name = "version",
    .argument = "",
    .summary = "print the version",
    .description = "Prints the version.\n",
    .examples = "  gotopsy version\n",
    .document = GT_DOCUMENTS,
    .print = version,
};

/*
 * What --help prints, made from the tables of commands and options.
 */
#ifndef GT_CLI_HELP_H
#define GT_CLI_HELP_H

#include "inspector/cli/commands.h"

void gt_help_overview(FILE *to);
void gt_help_command(const struct gt_command *command, FILE *to);

#endif

/*
 * The text of --help, made from the tables of commands and options. Its other parts are rows, which
 * the manual page uses too.
 */
#ifndef GT_CLI_HELP_H
#define GT_CLI_HELP_H

#include "inspector/base/str.h"
#include "inspector/cli/commands.h"

/* Sentences without their subject, gotopsy; then lines. */
#define GT_HELP_PURPOSE "finds memory leaks in the core dump of a Go program"
#define GT_HELP_SAYS "how many bytes, what holds them, and how to fix it"
#define GT_HELP_USAGE "[COMMAND] CORE [OPTION]..."
extern const char gt_help_cores[];

struct gt_help_row {
    const char *name, *text;
};

extern const struct gt_help_row gt_help_statuses[];    /* ended by a NULL name */
extern const struct gt_help_row gt_help_environment[]; /* ended by a NULL name */

/* Describes the command and the kinds that it finds. */
void gt_help_describe(const struct gt_command *command, struct gt_str *to);

void gt_help_overview(FILE *to);
void gt_help_command(const struct gt_command *command, FILE *to);

#endif

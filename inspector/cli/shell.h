/*
 * The shell: one core, and one command after the other.
 *
 * Invariants: the core is opened once. A line that fails leaves the shell as it was. Where lines do
 * not come from a terminal, each line that is a command writes its document or its error, in the
 * order of the lines, and the exit status is the largest of theirs.
 */
#ifndef GT_CLI_SHELL_H
#define GT_CLI_SHELL_H

#include "inspector/cli/commands.h"

struct gt_error *gt_shell(struct gt_analysis *analysis, struct gt_run *run);

#endif

/*
 * The command line, and a line of the shell, as options.
 *
 * Invariants: after gt_options_parse() succeeds, the command accepts every option that was given,
 * every value is in range, and there is a core unless the command needs none. All strings belong to
 * the options and are freed by gt_options_deinit().
 */
#ifndef GT_CLI_COMMAND_LINE_H
#define GT_CLI_COMMAND_LINE_H

#include "inspector/cli/options.h"

/* An error is the user's: GT_ERR_USAGE. The caller deinitializes the options in either case. */
struct gt_error *gt_options_parse(int argc, const char **argv, struct gt_options *options);
/* Parses a line of the shell, which has no core: `shell` has opened it and lends it. Options that
 * the line does not set are those of the shell. */
struct gt_error *gt_options_parse_line(const struct gt_options *shell, const char *line,
                                       struct gt_options *options);
void gt_options_deinit(struct gt_options *options);

#endif

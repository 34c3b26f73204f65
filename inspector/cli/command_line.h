/*
 * The command line, and a line of the shell, as options.
 *
 * Invariants: after gt_options_parse() succeeds the command accepts every option that was given,
 * every value is in range, and there is a core unless the command needs none. All strings belong
 * to the options and go with gt_options_deinit().
 */
#ifndef GT_CLI_COMMAND_LINE_H
#define GT_CLI_COMMAND_LINE_H

#include "inspector/cli/options.h"

/* An error is of the user's making: GT_ERR_USAGE. The options are to be freed in either case. */
struct gt_error *gt_options_parse(int argc, const char **argv, struct gt_options *options);
/* Of a line in a shell, without the core, which `shell` has opened and lends. What the line does
 * not say is as for the shell itself. */
struct gt_error *gt_options_parse_line(const struct gt_options *shell, const char *line,
                                       struct gt_options *options);
void gt_options_deinit(struct gt_options *options);

#endif

/* `diff`: a second core beside the one that is open, and a gate on how much grew. */
#ifndef GT_CLI_GROWTH_H
#define GT_CLI_GROWTH_H

#include "inspector/cli/commands.h"

struct gt_error *gt_growth_command(struct gt_analysis *analysis, struct gt_run *run);

#endif

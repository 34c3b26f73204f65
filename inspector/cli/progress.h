/*
 * Progress on a terminal: one line on standard error, rewritten in place.
 *
 * Invariants: nothing is written unless standard error is a terminal and the work has lasted
 * half a second; after gt_progress_end() the line is gone.
 */
#ifndef GT_CLI_PROGRESS_H
#define GT_CLI_PROGRESS_H

#include "inspector/cli/options.h"

struct gt_progress {
    bool shown, drawn;
    uint64_t next_ns; /* when to draw again */
};

void gt_progress_init(struct gt_progress *progress, const struct gt_options *options);
gt_progress_fn gt_progress_step; /* ctx: a struct gt_progress */
void gt_progress_end(struct gt_progress *progress);

#endif

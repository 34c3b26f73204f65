/*
 * Progress on a terminal: one line on standard error, rewritten in place. And where the time went:
 * with GOTOPSY_TIMINGS in the environment, a line "timing: STAGE MILLISECONDS" for each stage when
 * it ends, of the CPU time of all threads.
 *
 * Invariants: no progress is written unless standard error is a terminal and the work has lasted
 * half a second; after gt_progress_deinit() its line is gone. A step of 0 of 0 begins a stage; any
 * other belongs to the stage that is under way.
 */
#ifndef GT_CLI_PROGRESS_H
#define GT_CLI_PROGRESS_H

#include "inspector/cli/options.h"

struct gt_progress {
    bool shown, timed;
    bool drawn;
    uint64_t next_ns;  /* when to draw again */
    const char *stage; /* the one that is timed; NULL: none is */
    uint64_t stage_ns; /* CPU time when it began */
};

void gt_progress_init(struct gt_progress *progress, const struct gt_options *options);
bool gt_progress_wanted(const struct gt_progress *progress); /* else no step need be told */
gt_progress_fn gt_progress_step;                             /* ctx: a struct gt_progress */
void gt_progress_deinit(struct gt_progress *progress);

#endif

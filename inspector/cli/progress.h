/*
 * Progress on a terminal: one line on standard error, rewritten in place. It also measures time:
 * with --timings, it writes a line at the end of each stage: "timing: STAGE WALL ms, CPU ms of CPU,
 * N page faults". CPU time and faults are those of all threads.
 *
 * Invariants: no progress is written unless standard error is a terminal and the work has lasted
 * half a second. After gt_progress_deinit() the line is gone. A step of 0 of 0 begins a stage; any
 * other step belongs to the current stage.
 */
#ifndef GT_CLI_PROGRESS_H
#define GT_CLI_PROGRESS_H

#include "inspector/cli/options.h"

struct gt_spent { /* since some time */
    uint64_t wall_ns, cpu_ns, faults;
};

struct gt_progress {
    bool shown, timed;
    bool drawn;
    uint64_t next_ns;      /* when to draw again */
    const char *stage;     /* the stage that is timed; NULL: none */
    struct gt_spent began; /* what was spent when it began */
};

void gt_progress_init(struct gt_progress *progress, const struct gt_options *options);
bool gt_progress_wanted(const struct gt_progress *progress); /* if false, steps need not be reported
                                                              */
gt_progress_fn gt_progress_step;                             /* ctx: a struct gt_progress */
void gt_progress_deinit(struct gt_progress *progress);

#endif

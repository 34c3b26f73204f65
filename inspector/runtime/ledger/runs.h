/*
 * Runs of a core's segments: adjacent segments with the same rights count as one. The writer of a
 * core may split one mapping into several segments.
 */
#ifndef GT_RUNTIME_RUNS_H
#define GT_RUNTIME_RUNS_H

#include "inspector/base/vec.h"
#include "inspector/core/core.h"

struct gt_run_of_segments {
    uint64_t start, end;
    uint32_t flags; /* PF_R, PF_W, PF_X; 0: only reserved */
};

/* A vector of them, in order of address. The caller frees it. */
struct gt_vec gt_runs_of_segments(const struct gt_core *core);

/* The run that holds an address, or NULL. */
const struct gt_run_of_segments *gt_run_at(const struct gt_vec *runs, uint64_t addr);

#endif

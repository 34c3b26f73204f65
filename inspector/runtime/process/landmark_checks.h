/*
 * Checks whether the memory at an address has the structure of a variable of the runtime. There is
 * one check for each variable that landmarks.h finds. A check only reads.
 */
#ifndef GT_RUNTIME_LANDMARK_CHECKS_H
#define GT_RUNTIME_LANDMARK_CHECKS_H

#include "inspector/runtime/process/process.h"

enum gt_likeness {
    GT_UNLIKE,
    GT_EMPTY, /* the contents of the variable before its first use */
    GT_ALIKE,
};

typedef enum gt_likeness gt_landmark_check(const struct gt_process *process, uint64_t addr);

gt_landmark_check gt_like_allgs, gt_like_allp, gt_like_allm, gt_like_sched, gt_like_mheap,
    gt_like_semtable, gt_like_allfin, gt_like_cleanups, gt_like_memstats, gt_like_controller,
    gt_like_gcphase, gt_like_reasons, gt_like_backlog, gt_like_backlog_index, gt_like_buckets,
    gt_like_profile_rate, gt_like_profile_cycle;

#endif

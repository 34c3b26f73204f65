/*
 * Recursion in a stack, shown once.
 *
 * Source locations that repeat are one fold. They repeat in the same order, or they are of a few
 * functions that call one another in no fixed order. The entry for frames that were left out
 * belongs to the fold that it continues.
 */
#ifndef GT_REPORT_FOLDS_H
#define GT_REPORT_FOLDS_H

#include "gotopsy.h"
#include "inspector/base/vec.h"

enum { GT_MAX_FOLDED = 16 }; /* lines of one fold, at most */

struct gt_fold {
    size_t first, end;           /* indices of locations: [first, end) */
    size_t shown[GT_MAX_FOLDED]; /* indices of the locations that are shown */
    size_t shown_count;
    uint64_t locations; /* the number of frames in the fold, with those left out */
    uint64_t times;     /* how often the order of the shown locations repeats; 0: no fixed order */
};

/* struct gt_fold over the locations of `shown` (const struct gt_source_location *); the caller
 * frees it. Without folding, each location is a fold. */
struct gt_vec gt_folds_of(const struct gt_vec *shown, bool folding);

/* The entry stands for frames that were left out. */
bool gt_is_gap(const struct gt_source_location *place);

#endif

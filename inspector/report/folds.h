/*
 * Recursion in a stack, shown once.
 *
 * Source locations that repeat are one fold: they come in the same order again and again, or, where
 * no order repeats, they are of a few functions that call one another. The entry that stands for
 * frames left out belongs to the fold that it continues.
 */
#ifndef GT_REPORT_FOLDS_H
#define GT_REPORT_FOLDS_H

#include "gotopsy.h"
#include "inspector/base/vec.h"

enum { GT_MAX_FOLDED = 16 }; /* lines of one fold, at most */

struct gt_fold {
    size_t first, end;           /* indices of locations: [first, end) */
    size_t shown[GT_MAX_FOLDED]; /* indices of the locations that are told */
    size_t shown_count;
    uint64_t locations; /* that it stands for, with those left out */
    uint64_t times;     /* that the order of those shown repeats; 0: they are in no order */
};

/* struct gt_fold, for the caller to free, over the locations of `shown` (const struct
 * gt_source_location *). Without folding, each place is one. */
struct gt_vec gt_folds_of(const struct gt_vec *shown, bool folding);

/* The place stands for frames that were left out. */
bool gt_is_gap(const struct gt_source_location *place);

#endif

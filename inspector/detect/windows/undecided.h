/*
 * Blocks that could not be judged by their windows, told: how much they are, why, and who holds the
 * word that kept them from it.
 *
 * A block that a finding frees is its finding's alone. Alike blocks (same reason, same referrer)
 * are one row. Words are known of the largest blocks only (windows.h); the sums are of all.
 */
#ifndef GT_DETECT_UNDECIDED_H
#define GT_DETECT_UNDECIDED_H

#include "inspector/detect/windows/windows.h"

/* Fills in the report's rows and sums. The causes have been weighed. */
void gt_undecided_describe(struct gt_heap_analysis *analysis, struct gt_report *report);

#endif

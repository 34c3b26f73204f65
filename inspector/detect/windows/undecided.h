/*
 * The blocks that were not analysed: their bytes, the reason, and the holder of the word that
 * prevented it.
 *
 * A block that a finding frees is left out. Blocks with the same reason and the same referrer are
 * one row. The word is known only for the largest blocks (windows.h); the sums include all blocks.
 */
#ifndef GT_DETECT_UNDECIDED_H
#define GT_DETECT_UNDECIDED_H

#include "inspector/detect/windows/windows.h"

/* Fills in the report's rows and sums. The causes must have been weighed. */
void gt_undecided_describe(struct gt_heap_analysis *analysis, struct gt_report *report);

#endif

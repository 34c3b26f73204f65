/*
 * What each group of goroutines keeps, where the core holds their stacks.
 */
#ifndef GT_DETECT_FILL_RETAINED_H
#define GT_DETECT_FILL_RETAINED_H

#include "inspector/detect/heap_analysis.h"

/* After the goroutines. */
void gt_fill_retained(struct gt_heap_analysis *analysis, struct gt_report *report);

#endif

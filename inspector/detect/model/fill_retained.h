/*
 * What each group of goroutines keeps, if the core has their stacks.
 */
#ifndef GT_DETECT_FILL_RETAINED_H
#define GT_DETECT_FILL_RETAINED_H

#include "inspector/detect/heap_analysis.h"

/* Call it after the goroutines are filled in. */
void gt_fill_retained(struct gt_heap_analysis *analysis, struct gt_report *report);

#endif

/*
 * The report's memory: where every mapped byte is, how much of it was touched, and the report's
 * coverage.
 */
#ifndef GT_DETECT_FILL_MEMORY_H
#define GT_DETECT_FILL_MEMORY_H

#include "inspector/detect/heap_analysis.h"

/* The live set must be known. */
void gt_fill_memory(const struct gt_heap_analysis *analysis, struct gt_report *report);

void gt_fill_coverage(const struct gt_heap_analysis *analysis, struct gt_report *report);

#endif

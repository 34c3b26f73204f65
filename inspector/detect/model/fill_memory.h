/*
 * What the memory of the process is, and how much of the heap could be read.
 */
#ifndef GT_DETECT_FILL_MEMORY_H
#define GT_DETECT_FILL_MEMORY_H

#include "inspector/detect/heap_analysis.h"

/* Parts that sum to what was mapped. */
void gt_fill_memory(const struct gt_heap_analysis *analysis, struct gt_report *report);

/* Types, frames and missing bytes; without the notes. */
void gt_fill_coverage(const struct gt_heap_analysis *analysis, struct gt_report *report);

#endif

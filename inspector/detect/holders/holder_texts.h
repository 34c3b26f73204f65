/*
 * The words of a report about the largest holders of the live heap.
 */
#ifndef GT_DETECT_HOLDERS_HOLDER_TEXTS_H
#define GT_DETECT_HOLDERS_HOLDER_TEXTS_H

#include "inspector/detect/heap_analysis.h"

/* Fills the report's holders: those that keep 5% of the live heap, or the analysis's min_bytes
 * where that is more. */
void gt_holders_describe(struct gt_heap_analysis *analysis, struct gt_report *report);

#endif

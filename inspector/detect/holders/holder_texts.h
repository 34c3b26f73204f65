/*
 * The words of a report about the largest holders of the live heap.
 */
#ifndef GT_DETECT_HOLDERS_HOLDER_TEXTS_H
#define GT_DETECT_HOLDERS_HOLDER_TEXTS_H

#include "inspector/detect/heap_analysis.h"

/* Fills the report's holders: those that keep at least 5% of the live heap, and at least the
 * analysis's min_bytes. */
void gt_holders_describe(struct gt_heap_analysis *analysis, struct gt_report *report);

#endif

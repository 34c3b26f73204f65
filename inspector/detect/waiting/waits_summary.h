/*
 * What the report says in a line of what goroutines wait for: deadlocks, and locks that nobody
 * holds.
 *
 * It needs no edges turned round, as `waits` does: deadlocks are those of locks alone, whose
 * holders frames tell.
 */
#ifndef GT_DETECT_WAITS_SUMMARY_H
#define GT_DETECT_WAITS_SUMMARY_H

#include "inspector/detect/heap_analysis.h"

/* Fills report->waits. */
void gt_waits_summarize(struct gt_heap_analysis *analysis, struct gt_report *report);

#endif

/*
 * The report's line about waits: deadlocks, and locks that nobody holds.
 *
 * It needs no reverse edges, as `waits` does: it reports only deadlocks of locks, whose owners
 * frames show.
 */
#ifndef GT_DETECT_WAITS_SUMMARY_H
#define GT_DETECT_WAITS_SUMMARY_H

#include "inspector/detect/heap_analysis.h"

/* Fills report->waits. */
void gt_waits_summarize(struct gt_heap_analysis *analysis, struct gt_report *report);

#endif

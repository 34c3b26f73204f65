/*
 * Timers that only deferred calls could stop: a cancel function, or a timer's Stop, waits in a
 * defer record for its function to return. The record, its timer, and the context's entry in its
 * parent are one cause.
 */
#ifndef GT_DETECT_DEFERRED_TIMERS_H
#define GT_DETECT_DEFERRED_TIMERS_H

#include "inspector/detect/retention/cause.h"

/* Adds to the causes of deferred calls, from number `first` on, the timers that only those calls
 * lead to. */
void gt_deferred_take_timers(const struct gt_heap_analysis *analysis, struct gt_causes *causes,
                             size_t first);

#endif

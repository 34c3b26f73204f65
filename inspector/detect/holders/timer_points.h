/*
 * Holders that are heaps of the runtime's timers: all that timers keep hangs below them.
 *
 * A finding about timers says the same with their owner and what to do. So these holders are left
 * out where findings have nearly all of their bytes.
 */
#ifndef GT_DETECT_HOLDERS_TIMER_POINTS_H
#define GT_DETECT_HOLDERS_TIMER_POINTS_H

#include "inspector/detect/holders/accumulation.h"

/* Removes them from `points` (struct gt_accumulation) where findings have them. The causes of the
 * findings have been weighed. */
void gt_timer_points_leave_out(const struct gt_heap_analysis *analysis,
                               const struct gt_dominators *tree, struct gt_vec *points);

#endif

/*
 * Circles of goroutines that wait for one another, told edge by edge.
 */
#ifndef GT_DETECT_CIRCLES_H
#define GT_DETECT_CIRCLES_H

#include "inspector/detect/waiting/deadlocks.h"

/* Fills the cycles of a wait graph: all, or those that goroutine `only` is on. */
void gt_circles_tell(const struct gt_deadlocks *deadlocks, uint64_t only,
                     struct gt_wait_graph *graph);

/* A holder, in the study's storage. */
struct gt_lock_holder gt_holder_tell(const struct gt_study *study,
                                     const struct gt_holding *holding);

#endif

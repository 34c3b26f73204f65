/*
 * Circles of goroutines that wait for one another, described edge by edge.
 */
#ifndef GT_DETECT_CIRCLES_H
#define GT_DETECT_CIRCLES_H

#include "inspector/detect/waiting/deadlocks.h"

/* Fills the cycles of a wait graph: all, or those with goroutine `only`. */
void gt_circles_describe(const struct gt_deadlocks *deadlocks, uint64_t only,
                         struct gt_wait_graph *graph);

/* A lock's owner, in the analysis's storage. */
struct gt_lock_owner gt_lock_owner_describe(const struct gt_heap_analysis *analysis,
                                            const struct gt_ownership *ownership);

#endif

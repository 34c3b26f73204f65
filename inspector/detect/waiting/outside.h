/*
 * Goroutines that wait for something that no other goroutine provides: IO, time, or the clock of
 * their synctest bubble. They may run again, so for every proof they are roots. This module
 * describes what they wait for.
 *
 * The results are in the analysis's storage.
 */
#ifndef GT_DETECT_OUTSIDE_H
#define GT_DETECT_OUTSIDE_H

#include "inspector/detect/heap_analysis.h"

/* Fills `outside`. `goroutine` is an id, or 0 for all. */
void gt_outside_fill(struct gt_heap_analysis *analysis, uint64_t goroutine,
                     struct gt_wait_graph *graph);

/* Does the goroutine wait for IO, for time, or for the clock of its bubble? */
bool gt_waits_outside(const struct gt_goroutine *g);

#endif

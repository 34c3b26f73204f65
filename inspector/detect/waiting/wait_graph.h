/*
 * The wait-for graph: goroutines that wait for something that others could provide, those others,
 * and circles of goroutines that wait for one another. The results are in the analysis's storage.
 */
#ifndef GT_DETECT_WAIT_GRAPH_H
#define GT_DETECT_WAIT_GRAPH_H

#include "inspector/detect/heap_analysis.h"

/* Fills all but process, whole and notes. `goroutine` is an id, or 0 for all. */
void gt_wait_graph_fill(struct gt_heap_analysis *analysis, uint64_t goroutine,
                        struct gt_wait_graph *graph);

#endif

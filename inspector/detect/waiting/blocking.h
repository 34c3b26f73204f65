/*
 * What a goroutine blocks on, for reports: each object with its type and its name.
 */
#ifndef GT_DETECT_BLOCKING_H
#define GT_DETECT_BLOCKING_H

#include "inspector/detect/heap_analysis.h"
#include "inspector/runtime/waits/waits.h"

/* The objects that a goroutine waits for, the first few of a large select; in the analysis's
 * storage. None when it waits for nothing that could come. */
const struct gt_blocked_thing *gt_blocking_describe(const struct gt_heap_analysis *analysis,
                                                    uint32_t goroutine, size_t *count);

/* The same for a wait that is not in the baseline. */
const struct gt_blocked_thing *gt_blocking_describe_wait(const struct gt_heap_analysis *analysis,
                                                         uint32_t goroutine,
                                                         const struct gt_wait *wait, size_t *count);

#endif

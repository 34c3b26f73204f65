/*
 * One goroutine with its frames' variables: each with its type, and with what would be garbage
 * without it.
 *
 * Variables of the debug information come first. Then come the pointer words of a frame that are
 * part of no variable, by the collector's stack maps. Without debug information there are only
 * those.
 */
#ifndef GT_DETECT_INSPECT_GOROUTINE_H
#define GT_DETECT_INSPECT_GOROUTINE_H

#include "inspector/detect/heap_analysis.h"

/* GT_ERR_USAGE when no goroutine has the id. */
struct gt_error *gt_goroutine_fill(const struct gt_heap_analysis *analysis,
                                   const struct gt_goroutine_options *options,
                                   struct gt_goroutine_view *out);

#endif

/*
 * One goroutine with its frames' variables: each by its type, with what would be garbage without
 * it.
 *
 * Where debug information tells variables these come first; then the pointer words of a frame that
 * are no variable's, as the collector's maps tell them. Without debug information these are all.
 */
#ifndef GT_DETECT_INSPECT_GOROUTINE_H
#define GT_DETECT_INSPECT_GOROUTINE_H

#include "inspector/detect/heap_analysis.h"

/* GT_ERR_USAGE when no goroutine has the id. */
struct gt_error *gt_goroutine_fill(const struct gt_heap_analysis *analysis,
                                   const struct gt_goroutine_options *options,
                                   struct gt_goroutine_view *out);

#endif

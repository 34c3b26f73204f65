/*
 * One value for `show` and `global`: the sort of memory, its type, its parts, and what would be
 * freed with it.
 */
#ifndef GT_DETECT_INSPECT_VIEW_H
#define GT_DETECT_INSPECT_VIEW_H

#include "inspector/detect/heap_analysis.h"

struct gt_error *gt_view_fill(const struct gt_heap_analysis *analysis,
                              const struct gt_show_options *options, struct gt_view *out);
struct gt_error *gt_view_fill_global(const struct gt_heap_analysis *analysis,
                                     const struct gt_show_options *options, struct gt_view *out);

#endif

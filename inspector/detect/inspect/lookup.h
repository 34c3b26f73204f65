/*
 * Types and globals by the names that people write: whole ("net/http.conn"), or their end
 * ("http.conn"). An error proposes names that are near.
 */
#ifndef GT_DETECT_INSPECT_LOOKUP_H
#define GT_DETECT_INSPECT_LOOKUP_H

#include "inspector/detect/heap_analysis.h"

/* GT_ERR_USAGE when there is none, or when several types mean different ones. */
struct gt_error *gt_lookup_type(const struct gt_heap_analysis *analysis, const char *name,
                                gt_type_id *type);
struct gt_error *gt_lookup_global(const struct gt_heap_analysis *analysis, const char *name,
                                  const struct gt_debug_global **global);

#endif

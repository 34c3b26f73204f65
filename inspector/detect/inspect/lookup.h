/*
 * Finds types and globals by the names that people write: whole ("net/http.conn"), or their end
 * ("http.conn"). An error proposes similar names.
 */
#ifndef GT_DETECT_INSPECT_LOOKUP_H
#define GT_DETECT_INSPECT_LOOKUP_H

#include "inspector/detect/heap_analysis.h"

/* GT_ERR_USAGE when none matches, or when types with different names match. */
struct gt_error *gt_lookup_type(const struct gt_heap_analysis *analysis, const char *name,
                                gt_type_id *type);
struct gt_error *gt_lookup_global(const struct gt_heap_analysis *analysis, const char *name,
                                  const struct gt_debug_global **global);

#endif

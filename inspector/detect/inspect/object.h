/*
 * One address, as `gotopsy object` tells it: what it is, and of a heap object who points at it,
 * where it points, what goes with it and what the runtime notes beside it.
 */
#ifndef GT_DETECT_INSPECT_OBJECT_H
#define GT_DETECT_INSPECT_OBJECT_H

#include "inspector/detect/heap_analysis.h"

/* Its address must be set; at most `most` groups of referrers, and pointers. */
void gt_object_fill(struct gt_heap_analysis *analysis, size_t most, struct gt_object *out);

#endif

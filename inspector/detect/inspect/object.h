/*
 * One address, for `gotopsy object`: what it is. For a heap object also its referrers, its
 * pointers, what it retains, and the runtime's records about it.
 */
#ifndef GT_DETECT_INSPECT_OBJECT_H
#define GT_DETECT_INSPECT_OBJECT_H

#include "inspector/detect/heap_analysis.h"

/* `out` has the address. At most `most` groups of referrers and `most` pointers are filled in. */
void gt_object_fill(struct gt_heap_analysis *analysis, size_t most, struct gt_object *out);

#endif

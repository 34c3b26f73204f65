/*
 * Objects of the runtime whose contents show that they are no longer used.
 */
#ifndef GT_RUNTIME_RETIRED_H
#define GT_RUNTIME_RETIRED_H

#include "inspector/runtime/heap/spans.h"

/* Sets in `retired` those of `wanted` whose contents show it. */
void gt_retired_find(const struct gt_goheap *heap, const struct gt_bitmap *wanted,
                     struct gt_bitmap *retired);

#endif

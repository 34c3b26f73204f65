/*
 * Objects of the runtime's own that say by what they hold that they are out of use.
 *
 *   timer          it has left its heap of timers: it was stopped or has fired (<= 1.22)
 *   timers         an array of them, smaller than that of a P's heap of timers: it was outgrown
 *   map table      its index says that it is stale: the map has grown (1.24+)
 *   map buckets    all entries of the first are evacuated: the map has grown (<= 1.23)
 *   type cache     of a type assertion or a type switch: such a cache is replaced, never dropped
 */
#ifndef GT_RUNTIME_RETIRED_H
#define GT_RUNTIME_RETIRED_H

#include "inspector/runtime/heap/spans.h"

/* Sets in `retired` those of `wanted` that say so. */
void gt_retired_find(const struct gt_goheap *heap, const struct gt_bitmap *wanted,
                     struct gt_bitmap *retired);

#endif

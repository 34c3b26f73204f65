/*
 * Objects of the runtime whose contents show that they are no longer used, or may not be.
 *
 * Retired: the contents cannot be those of an object in use. A map that has split a table numbers
 * it -1; buckets whose entries have all moved to larger ones say so in each entry.
 *
 * Idle: the contents are those of an object that the runtime drops and replaces, but the program
 * may keep it too: a stopped timer, an array of timers that is smaller than the one in use, the
 * cache of a type switch or an assertion.
 */
#ifndef GT_RUNTIME_RETIRED_H
#define GT_RUNTIME_RETIRED_H

#include "inspector/runtime/heap/spans.h"

struct gt_retired {
    struct gt_bitmap retired, idle;
    struct gt_map words; /* a retired object -> the address of the word that shows it */
};

/* Which objects of `wanted` are retired, and which are idle. */
void gt_retired_find(const struct gt_goheap *heap, const struct gt_bitmap *wanted,
                     struct gt_retired *out);
void gt_retired_deinit(struct gt_retired *retired);

#endif

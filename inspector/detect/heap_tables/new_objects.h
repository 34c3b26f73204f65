/*
 * Which live objects of a core are new since an older core of the same process, and what holds
 * them.
 *
 * Objects never move. So an object is old only if the older core has a live object of its size and
 * type at its address. Garbage of the older core does not become live again, except by a finalizer
 * or a weak pointer. An unknown type counts as equal to any other.
 *
 * Takes 8 bytes for each object with pointers, besides the tree of dominators. Both analyses must
 * have types; texts and rows go to the storage of the newer one.
 */
#ifndef GT_DETECT_HEAP_TABLES_NEW_OBJECTS_H
#define GT_DETECT_HEAP_TABLES_NEW_OBJECTS_H

#include "inspector/detect/heap_analysis.h"

void gt_new_objects_find(const struct gt_heap_analysis *older, struct gt_heap_analysis *newer,
                         const struct gt_diff_options *options, struct gt_new_objects *out);

#endif

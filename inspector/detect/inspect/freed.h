/*
 * What goes with one object or with some roots: the live set, less a mark without them.
 *
 * It equals the retained size of dominators.h, found by one mark and without the tree. As there,
 * what an object's finalizer keeps belongs to the finalizer.
 */
#ifndef GT_DETECT_INSPECT_FREED_H
#define GT_DETECT_INSPECT_FREED_H

#include "inspector/detect/heap_analysis.h"

struct gt_freed {
    uint64_t bytes, objects;
};

struct gt_freed gt_freed_with_object(const struct gt_heap_analysis *analysis, uint32_t object);
/* `objects` has a bit for each object that is taken away. */
struct gt_freed gt_freed_with_objects(const struct gt_heap_analysis *analysis,
                                      const struct gt_bitmap *objects);
/* `roots` has a bit for each root that is taken away. */
struct gt_freed gt_freed_with_roots(const struct gt_heap_analysis *analysis,
                                    const struct gt_bitmap *roots);

#endif

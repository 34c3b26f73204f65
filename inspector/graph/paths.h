/*
 * Ways from a root to an object: a breadth-first forest over the live objects with pointers.
 *
 * parent[i] is the object that first reached object i, or GT_FROM_ROOT | root number when a root
 * did. Kept for objects below heap->scan_objects only: 4 bytes each.
 */
#ifndef GT_GRAPH_PATHS_H
#define GT_GRAPH_PATHS_H

#include "inspector/graph/mark.h"

#define GT_FROM_ROOT 0x80000000u
#define GT_NO_PARENT UINT32_MAX

struct gt_forest {
    uint32_t *parent; /* heap->scan_objects of them */
    uint32_t count;
};

/* Builds the forest; roots earlier in the array win ties, so put the ones people know (globals)
 * first. `cut` may be NULL. Root and object numbers must be below 2^31. */
void gt_forest_init(struct gt_forest *forest, const struct gt_heap *heap, const struct gt_cut *cut,
                    const uint64_t *root_values, size_t root_count);
void gt_forest_deinit(struct gt_forest *forest);

/* The chain from a root to `object`, both included, root's object first, at most `max` long (the
 * middle is left out when longer, after the first max / 2: *skipped says how many). *root gets the
 * root's number. Returns the number of objects; 0 when the object is not reached or has no
 * pointers. `root` and `skipped` may be NULL. */
size_t gt_forest_path(const struct gt_forest *forest, uint32_t object, uint32_t *out, size_t max,
                      uint32_t *root, size_t *skipped);

#endif

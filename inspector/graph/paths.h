/*
 * Paths from a root to an object: a breadth-first forest over the live objects with pointers.
 *
 * The search continues only until it has reached the object asked for: most objects of a report are
 * near a root, and a heap may have a hundred million objects. An object's parent does not depend on
 * earlier calls.
 *
 * Only objects below heap->scan_objects have entries: 4 bytes each where neighbours were reached,
 * and 4 for each that was reached.
 */
#ifndef GT_GRAPH_PATHS_H
#define GT_GRAPH_PATHS_H

#include "inspector/graph/mark.h"

#define GT_FROM_ROOT 0x80000000u
#define GT_NO_PARENT UINT32_MAX

struct gt_forest;

/* A new forest. Of two roots at equal distance the earlier one wins, so globals, which people know,
 * come first. `cut` may be NULL. Heap and cut are borrowed. The array of roots is read only here.
 * Numbers of roots and objects must be below 2^31. */
struct gt_forest *gt_forest_create(const struct gt_heap *heap, const struct gt_cut *cut,
                                   const uint64_t *root_values, size_t root_count);
/* The same, where the roots of `late`, which say little to people, are reached one step after the
 * others: a path from another root wins unless it is two objects longer. NULL: none is late. */
struct gt_forest *gt_forest_create_late(const struct gt_heap *heap, const struct gt_cut *cut,
                                        const uint64_t *root_values, size_t root_count,
                                        const struct gt_bitmap *late);
void gt_forest_destroy(struct gt_forest *forest); /* NULL is allowed */

/* The object that first reached `object`, or GT_FROM_ROOT | root number when a root did;
 * GT_NO_PARENT when it is not reached or has no pointers. */
uint32_t gt_forest_parent(struct gt_forest *forest, uint32_t object);

/* The chain from a root to `object`, both included, the root's object first, at most `max` long. If
 * it is longer, the middle is left out after the first max / 2, and *skipped says how many. *root
 * gets the root's number. Returns the number of objects; 0 when the object is not reached or has no
 * pointers. `root` and `skipped` may be NULL. */
size_t gt_forest_path(struct gt_forest *forest, uint32_t object, uint32_t *out, size_t max,
                      uint32_t *root, size_t *skipped);

#endif

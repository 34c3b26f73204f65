/*
 * Marks from the roots: from all of them, or without those that a counterfactual takes away. The
 * caller owns the bitmaps.
 */
#ifndef GT_RUNTIME_LIVE_H
#define GT_RUNTIME_LIVE_H

#include "inspector/graph/mark.h"
#include "inspector/runtime/roots/roots.h"

/* Seeds one root: its value, or the contents of its object. */
void gt_live_seed(struct gt_marker *marker, const struct gt_goheap *heap,
                  const struct gt_root *root);

/* A marker that has been given each root whose bit in `without` is clear (NULL: each). The caller
 * lets it mark, and destroys it. */
struct gt_marker *gt_live_marker(const struct gt_goheap *heap, const struct gt_roots *roots,
                                 const struct gt_bitmap *without, const struct gt_cut *cut,
                                 struct gt_bitmap *marked);

/*
 * Marks from every root whose bit in `without` is clear (NULL: from every root), with the
 * exclusions of `cut` (NULL: none). It adds to `marked`, which starts clear or from an earlier
 * mark.
 */
void gt_live_mark(const struct gt_goheap *heap, const struct gt_roots *roots,
                  const struct gt_bitmap *without, const struct gt_cut *cut,
                  struct gt_bitmap *marked);

#endif

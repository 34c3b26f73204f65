/*
 * Reverse edges: from an object to those that point to it.
 *
 * Edges start at live objects, and a cut may take some away. They are reversed once; a climb then
 * goes up from one object, breadth first, so the nearest come first. Both own their tables and
 * borrow the heap.
 */
#ifndef GT_GRAPH_REVERSE_EDGES_H
#define GT_GRAPH_REVERSE_EDGES_H

#include "inspector/base/numbers.h"
#include "inspector/graph/mark.h"

struct gt_reverse_edges {
    uint64_t *first; /* by object, and one more: where its parents start in `list` */
    uint32_t *list;
    uint32_t objects;
};

/* Reverses the edges that start at objects in `live`. `cut` takes away some of them; it may be
 * NULL. */
void gt_reverse_edges_init(struct gt_reverse_edges *parents, const struct gt_heap *heap,
                           const struct gt_cut *cut, const struct gt_bitmap *live);
void gt_reverse_edges_deinit(struct gt_reverse_edges *parents);

/* Sets the bits of those of some live objects that point to or into an object in `targets`. A few
 * targets cost little, since their regions are told first. `sources` has a bit for each object. */
void gt_find_sources(const struct gt_heap *heap, const struct gt_bitmap *some,
                     const struct gt_bitmap *targets, struct gt_bitmap *sources);

struct gt_climb {
    struct gt_map down;   /* object -> the next one on the shortest path to the start */
    struct gt_u32s queue; /* the objects reached, in their order */
    size_t next;
};

void gt_climb_init(struct gt_climb *climb, uint32_t start);
void gt_climb_deinit(struct gt_climb *climb);

/* The next object, the start first; GT_NO_OBJECT when there are no more. */
uint32_t gt_climb_next(struct gt_climb *climb, const struct gt_reverse_edges *parents);

/* The path from an object that was reached down to the start, both included; 0 when it is longer
 * than `max`. */
size_t gt_climb_path(const struct gt_climb *climb, uint32_t object, uint32_t *out, size_t max);

#endif

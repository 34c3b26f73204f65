/*
 * Ways up: from an object to all that lead to it, the nearest first.
 *
 * The heap's edges are turned round once, those of live objects that a cut leaves; an ascent then
 * goes up from one object, breadth first. Both own their tables; the heap is borrowed.
 */
#ifndef GT_GRAPH_ASCENT_H
#define GT_GRAPH_ASCENT_H

#include "inspector/base/vec.h"
#include "inspector/graph/mark.h"

struct gt_parents {
    uint64_t *first; /* by object, and one more: where its parents start in `list` */
    uint32_t *list;
    uint32_t objects;
};

/* Of edges that start at objects in `live`; `cut`, which may be NULL, takes away more. */
void gt_parents_build(struct gt_parents *parents, const struct gt_heap *heap,
                      const struct gt_cut *cut, const struct gt_bitmap *live);
void gt_parents_deinit(struct gt_parents *parents);

struct gt_ascent {
    struct gt_map down;  /* object -> the next one on the shortest way to the start */
    struct gt_vec queue; /* uint32_t: the objects met, in their order */
    size_t next;
};

void gt_ascent_begin(struct gt_ascent *ascent, uint32_t start);
void gt_ascent_end(struct gt_ascent *ascent);

/* The next object, the start first; GT_NO_OBJECT when there are no more. */
uint32_t gt_ascent_next(struct gt_ascent *ascent, const struct gt_parents *parents);

/* The way from a met object down to the start, both included; 0 when it is longer than `max`. */
size_t gt_ascent_way(const struct gt_ascent *ascent, uint32_t object, uint32_t *out, size_t max);

#endif

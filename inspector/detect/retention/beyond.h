/*
 * Live objects that a value leads to and that a base mark did not reach.
 *
 * Each object is taken once, by the first value that leads to it, so all values together cost one
 * walk over what the base lacks. The base is borrowed; the rest is owned. Nothing recurses.
 */
#ifndef GT_DETECT_BEYOND_H
#define GT_DETECT_BEYOND_H

#include "inspector/base/numbers.h"
#include "inspector/graph/heap.h"

struct gt_beyond {
    const struct gt_heap *graph;
    const struct gt_bitmap *base;
    struct gt_bitmap taken;
    struct gt_u32s list; /* objects that the last walk took */
    uint64_t bytes;      /* bytes of these objects */
};

void gt_beyond_init(struct gt_beyond *beyond, const struct gt_heap *graph,
                    const struct gt_bitmap *base);
void gt_beyond_deinit(struct gt_beyond *beyond);

/* The bytes of the objects that this value takes; they are in the list. */
uint64_t gt_beyond_take(struct gt_beyond *beyond, uint64_t value);

/* Does the base reach the value's target? A value that points to no heap object counts as
 * reached. */
bool gt_beyond_reached(const struct gt_beyond *beyond, uint64_t value);

#endif

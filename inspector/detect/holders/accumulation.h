/*
 * Accumulation points: where in the dominator tree the live heap piles up.
 *
 * A node is heavy when it retains at least the threshold. From each heavy node below the root the
 * way goes down to its heaviest child, while that keeps most of what the way began with; where two
 * or more heavy children keep most of a node, each is a way of its own, unless they are a crowd of
 * one kind. A way ends in what keeps
 * many small things: a map, an array, a struct with lists. Where it loses a little with each step
 * instead, through objects of one kind, it is a list, which piles up at its first node. So no two
 * accumulation points retain the same object.
 *
 * Objects that several groups of roots lead to are below no group. Small ones of one kind are a
 * point together.
 */
#ifndef GT_DETECT_HOLDERS_ACCUMULATION_H
#define GT_DETECT_HOLDERS_ACCUMULATION_H

#include "inspector/detect/heap_analysis.h"
#include "inspector/graph/dominators.h"

struct gt_accumulation {
    uint32_t node;  /* of several, the heaviest */
    uint64_t bytes; /* retained, by all of them */
    uint64_t count; /* objects that are alike; 1: the node alone */
    uint64_t kind;  /* theirs */
    bool list;
};

/* What tells objects apart without a name: their type, else their size. */
uint64_t gt_accumulation_kind(const struct gt_heap_analysis *analysis, uint32_t object);

/* The points that retain `threshold` or more, the heaviest first, at most `max`, as a vector of
 * struct gt_accumulation that the caller frees. */
struct gt_vec gt_accumulations(const struct gt_heap_analysis *analysis,
                               const struct gt_dominators *tree, uint64_t threshold, size_t max);

#endif

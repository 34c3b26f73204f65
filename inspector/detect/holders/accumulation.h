/*
 * Accumulation points: where in the dominator tree the live heap piles up.
 *
 * Invariant: no two accumulation points retain the same object.
 *
 * A node is heavy when it retains at least the threshold. A path starts at each heavy node below
 * the root. It goes down to the heaviest child, while that child retains most of what the path
 * began with. If two or more heavy children together retain most of a node, each starts a path of
 * its own, unless they are a crowd of one kind. A path ends at the node that keeps many small
 * objects: a map, an array, a struct with lists. A path that loses a little at each step, through
 * objects of one kind, is a list; if it divides into objects of the kind above them, it is in a
 * tree. The accumulation point of both is the first node of that kind.
 *
 * Objects that several groups of roots lead to are below no group. Small ones of one kind are one
 * point together.
 */
#ifndef GT_DETECT_HOLDERS_ACCUMULATION_H
#define GT_DETECT_HOLDERS_ACCUMULATION_H

#include "inspector/detect/heap_analysis.h"
#include "inspector/graph/dominators/dominators.h"

struct gt_accumulation {
    uint32_t node;  /* of several nodes, the heaviest */
    uint64_t bytes; /* retained by all of them */
    uint64_t count; /* objects of one kind in the point; 1: the node alone */
    uint64_t kind;  /* of these objects */
    bool list;
};

/* A number that is equal for objects with one type, for channels with one type of elements, and for
 * others with one size. */
uint64_t gt_accumulation_kind(const struct gt_heap_analysis *analysis, uint32_t object);

/* The points that retain at least `threshold`, the heaviest first, at most `max`, as a vector of
 * struct gt_accumulation that the caller frees. To `small` those of many objects are added that
 * retain less. */
struct gt_vec gt_accumulations(const struct gt_heap_analysis *analysis,
                               const struct gt_dominators *tree, uint64_t threshold, size_t max,
                               struct gt_vec *small);

#endif

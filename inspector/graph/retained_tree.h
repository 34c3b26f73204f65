/*
 * The retained objects of one owner (exclusive.h), as a forest: a subtree for each of its edges.
 *
 * Invariant: an object is in one subtree alone, that of the first value that leads to it. Objects
 * are walked breadth first, from one value after another.
 *
 * The path to the weight of a subtree begins at its first object. Each next step is the child that
 * retains the most, while that is at least half of the subtree. So the path ends where the subtree
 * divides, or at its largest object.
 *
 * The exclusive retention is borrowed and must have been spread. Subtrees are good until the next
 * start.
 */
#ifndef GT_GRAPH_RETAINED_TREE_H
#define GT_GRAPH_RETAINED_TREE_H

#include "inspector/base/numbers.h"
#include "inspector/graph/exclusive.h"

struct gt_retained_tree {
    const struct gt_exclusive *owners;
    uint32_t owner;
    struct gt_bitmap taken; /* by place in the residue */
    struct gt_u32s objects; /* of all subtrees of this owner, in the order they were reached */
    struct gt_u32s parents; /* index in `objects` of the parent */
};

struct gt_subtree {
    size_t first, count; /* of tree->objects */
    uint64_t bytes;
};

void gt_retained_tree_init(struct gt_retained_tree *tree, const struct gt_exclusive *owners);
void gt_retained_tree_deinit(struct gt_retained_tree *tree);

/* Starts again with another owner. */
void gt_retained_tree_start(struct gt_retained_tree *tree, uint32_t owner);
/* The objects that the value leads to. None when they are not the owner's, or taken. */
struct gt_subtree gt_subtree_take(struct gt_retained_tree *tree, uint64_t value);

/* The path to the weight of the subtree last taken, its first object first, at most `max` long. */
size_t gt_subtree_path(const struct gt_retained_tree *tree, const struct gt_subtree *share,
                       uint32_t *out, size_t max);

#endif

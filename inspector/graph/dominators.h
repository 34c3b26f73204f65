/*
 * The dominator tree of a live heap, and what each of its nodes retains.
 *
 * Theory. A node d dominates an object when every way from a root to it passes d: take d away and
 * the object is garbage. The nearest dominator is the object's parent in a tree; what a node
 * retains is the size of its subtree, and equals what a mark without the node would lose. Roots
 * come in groups ("the global main.cache", "the variable buf of main.worker in any goroutine"): a
 * group is a node of its own, below one root of all, and dominates what only its roots lead to.
 *
 * Method: the semi-NCA algorithm (Georgiadis, Tarjan, Werneck) over a depth-first preorder, with
 * path compression for semidominators and jump pointers for the nearest common ancestors, so
 * O(edges * log nodes) whatever the heap is like. Nothing recurses.
 *
 * A leaf is an object that can have no pointers: nothing is below it, so no way passes it. Leaves
 * are left out of the walk and of its tables. A leaf's dominator is the nearest common ancestor of
 * all that point to it.
 *
 * Inner nodes come first, in that preorder: 0 is the root of all. Leaves follow in the order of
 * their objects, also those that no root leads to, whose parent is GT_NO_NODE. So a node's
 * dominator always has a smaller number. While it is built the tree takes 24 bytes an inner node,
 * 4 a leaf, and 8 for each pointer that leads to an object that was already met; then 20 bytes an
 * inner node and 4 a leaf. Heap and live set are borrowed.
 */
#ifndef GT_GRAPH_DOMINATORS_H
#define GT_GRAPH_DOMINATORS_H

#include "inspector/graph/rank.h"

#define GT_NO_NODE UINT32_MAX
#define GT_NO_GROUP UINT32_MAX
#define GT_DOMINATOR_GROUP 0x80000000u /* | group: what a node that is no object stands for */

struct gt_dominator_root {
    uint64_t value;
    uint32_t group;
    bool contents; /* not the object is a root but what its pointers lead to, itself left out */
};

struct gt_dominators {
    const struct gt_heap *heap;
    struct gt_rank rank;      /* of live objects */
    uint32_t *place;          /* by rank: its node; of a leaf the node of its parent */
    uint32_t *inner_what;     /* an object, or GT_DOMINATOR_GROUP | group */
    uint32_t *inner_parent;   /* the root's is the root */
    uint64_t *inner_retained; /* bytes of its subtree */
    uint32_t inner;           /* inner nodes: those of groups are not next to one another */
    uint32_t count;           /* nodes */
    uint32_t first_leaf;      /* its rank */
    uint32_t group_count;
};

/* Roots must be ordered by group; groups are below `groups`. Objects that are not in `live` are
 * left out. */
void gt_dominators_init(struct gt_dominators *tree, const struct gt_heap *heap,
                        const struct gt_bitmap *live, const struct gt_dominator_root *roots,
                        size_t count, uint32_t groups);
void gt_dominators_deinit(struct gt_dominators *tree);

/* The object's node, or GT_NO_NODE. */
uint32_t gt_dominators_node(const struct gt_dominators *tree, uint32_t object);
/* The object that a node is, or GT_NO_OBJECT. */
uint32_t gt_dominators_object(const struct gt_dominators *tree, uint32_t node);
/* Bytes of its subtree. */
uint64_t gt_dominators_retained(const struct gt_dominators *tree, uint32_t node);

/* Its nearest dominator. */
static inline uint32_t gt_dominators_parent(const struct gt_dominators *tree, uint32_t node)
{
    if (node < tree->inner) return tree->inner_parent[node];
    return tree->place[node - tree->inner + tree->first_leaf];
}

/* The group that a node stands for, or GT_NO_GROUP. */
static inline uint32_t gt_dominators_group(const struct gt_dominators *tree, uint32_t node)
{
    if (node == 0 || node >= tree->inner) return GT_NO_GROUP;
    uint32_t what = tree->inner_what[node];
    return what & GT_DOMINATOR_GROUP ? what & ~GT_DOMINATOR_GROUP : GT_NO_GROUP;
}

/* Calls `visit` for each leaf that a root leads to, in the order of their nodes. */
typedef void gt_leaf_fn(void *ctx, uint32_t node, uint32_t object, const struct gt_region *region);
void gt_dominators_leaves(const struct gt_dominators *tree, gt_leaf_fn *visit, void *ctx);

#endif

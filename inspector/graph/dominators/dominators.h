/*
 * The dominator tree of a live heap, and what each of its nodes retains.
 *
 * Theory. A node d dominates an object when every path from a root to it passes d: without d the
 * object is garbage. The nearest dominator is the object's parent in a tree. A node retains the
 * size of its subtree, which equals what a mark without the node would lose. Roots come in groups
 * ("the global main.cache", "the variable buf of main.worker in any goroutine"): a group is a node
 * of its own, below one root of all, and dominates what only its roots lead to.
 *
 * Method: the semi-NCA algorithm (Georgiadis, Tarjan, Werneck) over a depth-first preorder, with
 * path compression for semidominators and jump pointers for the nearest common ancestors, so
 * O(edges * log nodes) for every heap. Nothing recurses.
 *
 * A leaf is an object that leads to no other live object. Nothing is below it, so no path passes
 * it. Leaves are not in the walk or its tables. A leaf's dominator is the nearest common ancestor
 * of all nodes that lead to it.
 *
 * Invariants: inner nodes come first, in that preorder; 0 is the root of all. Leaves follow in the
 * order of their objects. A leaf that no root leads to has the parent GT_NO_NODE. So a node's
 * dominator always has a smaller number. While it is built, the tree takes 16 bytes an inner node,
 * 4 a leaf, 4 for each pointer to an inner object that already has a number, up to 4 for each inner
 * object with such pointers, and 8 for each pointer to a leaf but its first. Before the last 8 of
 * those 16 bytes are taken, there are 8 more for each such pointer to an inner object; and before
 * these are sorted, the walk's lists, with 4 for each pointer to an object with pointers, of three
 * for each such object at most (4096 in any case). Afterwards it takes 16 bytes an inner node (20
 * if the heap is larger than 32 GiB), and 4 a leaf. In all this time, there are 3 bits a slot for
 * the ranks, and 5 at first. The heap is borrowed.
 */
#ifndef GT_GRAPH_DOMINATORS_H
#define GT_GRAPH_DOMINATORS_H

#include "inspector/graph/dominators/ranks.h"
#include "inspector/graph/heap.h"

#define GT_NO_NODE UINT32_MAX
#define GT_NO_GROUP UINT32_MAX
#define GT_DOMINATOR_GROUP 0x80000000u /* | group: a node that stands for a group of roots */

struct gt_dominator_root {
    uint64_t value;
    uint32_t group;
    bool contents; /* the root is what the object's pointers lead to, without the object itself */
};

struct gt_dominators {
    const struct gt_heap *heap;
    struct gt_ranks ranks;  /* of live objects */
    uint32_t *place;        /* by rank: its node; for a leaf, its parent's node */
    uint32_t *inner_what;   /* an object, or GT_DOMINATOR_GROUP | group */
    uint32_t *inner_parent; /* the root's is the root */
    uint32_t *inner_words;  /* words of its subtree; NULL where 32 bits are too few */
    uint64_t *inner_wide;   /* the same, of a larger heap; else NULL */
    uint32_t inner;         /* inner nodes; the nodes of groups are not adjacent */
    uint32_t count;         /* nodes */
    uint32_t group_count;
    bool counts_objects; /* in place of words */
};

/* Roots must be in the order of their groups; group numbers are below `groups`. Objects that are
 * not in `live` are left out. */
void gt_dominators_init(struct gt_dominators *tree, const struct gt_heap *heap,
                        const struct gt_bitmap *live, const struct gt_dominator_root *roots,
                        size_t count, uint32_t groups);
void gt_dominators_deinit(struct gt_dominators *tree);

/* The object's node, or GT_NO_NODE. */
uint32_t gt_dominators_node(const struct gt_dominators *tree, uint32_t object);
/* The object of a node, or GT_NO_OBJECT. */
uint32_t gt_dominators_object(const struct gt_dominators *tree, uint32_t node);
/* The bytes of the node's subtree. */
uint64_t gt_dominators_retained(const struct gt_dominators *tree, uint32_t node);

/* What is summed up for an inner node: words of its subtree, or its objects. */
static inline uint64_t gt_dominators_sum(const struct gt_dominators *tree, uint32_t node)
{
    return tree->inner_words ? tree->inner_words[node] : tree->inner_wide[node];
}

/* The same as gt_dominators_retained() for an inner node. Slots are of whole words. */
static inline uint64_t gt_dominators_inner_bytes(const struct gt_dominators *tree, uint32_t node)
{
    return gt_dominators_sum(tree, node) * sizeof(uint64_t);
}

/* The first sums up objects in place of words, in the same table. Until the second is called, no
 * function returns bytes. The second costs nothing if the sums are bytes. */
void gt_dominators_count_objects(struct gt_dominators *tree);
void gt_dominators_count_bytes(struct gt_dominators *tree);

/* The node's nearest dominator. */
static inline uint32_t gt_dominators_parent(const struct gt_dominators *tree, uint32_t node)
{
    if (node < tree->inner) return tree->inner_parent[node];
    return tree->place[node - tree->inner + tree->ranks.first_leaf];
}

/* The group of roots of a node, or GT_NO_GROUP. */
static inline uint32_t gt_dominators_group(const struct gt_dominators *tree, uint32_t node)
{
    if (node == 0 || node >= tree->inner) return GT_NO_GROUP;
    uint32_t what = tree->inner_what[node];
    return what & GT_DOMINATOR_GROUP ? what & ~GT_DOMINATOR_GROUP : GT_NO_GROUP;
}

struct gt_leaves { /* of one region */
    const struct gt_region *region;
    const struct gt_ranks *ranks; /* of the tree */
    uint32_t node;                /* of the first one; those of the others follow */
    const uint32_t *parents;      /* GT_NO_NODE: no root leads to the leaf */
    uint32_t count;
};

/* Calls `visit` for the leaves of each region that has some, in the order of their nodes. */
typedef void gt_leaves_fn(void *ctx, const struct gt_leaves *leaves);
void gt_dominators_leaves_of_regions(const struct gt_dominators *tree, gt_leaves_fn *visit,
                                     void *ctx);

/* The first function calls `visit` for each leaf that a root leads to, in the order of their nodes.
 * The second does so for each inner object, in the order of objects, so that their memory is read
 * page by page. */
typedef void gt_node_fn(void *ctx, uint32_t node, uint32_t object, const struct gt_region *region);
void gt_dominators_leaves(const struct gt_dominators *tree, gt_node_fn *visit, void *ctx);
void gt_dominators_inner(const struct gt_dominators *tree, gt_node_fn *visit, void *ctx);

#endif

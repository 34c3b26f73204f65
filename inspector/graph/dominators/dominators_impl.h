/*
 * The depth-first walk for dominators. Private to graph/.
 *
 * Invariants: inner nodes are numbered in preorder. parent[node] < node is the node from which the
 * walk reached it. Every edge between inner nodes is (parent[node], node), or is in `edges`, or has
 * no effect: it leads to its own node, or repeats one of the others.
 * Every edge to a leaf is in `place`, or in `leaf_edges`, or repeats one of those. An entry of an
 * object that no root leads to is GT_NO_NODE, and so is `from` of an edge that starts at one.
 */
#ifndef GT_GRAPH_DOMINATORS_IMPL_H
#define GT_GRAPH_DOMINATORS_IMPL_H

#include "inspector/graph/dominators/dominators.h"
#include "inspector/graph/dominators/edges.h"
#include "inspector/graph/dominators/targets.h"

struct gt_group_node { /* the nodes of objects are in `place` */
    uint32_t node, group;
};

struct gt_dominator_walk {
    uint32_t *place;      /* by rank: its node; for a leaf, a node that leads to it */
    uint32_t *parent;     /* by node */
    struct gt_vec groups; /* struct gt_group_node */
    struct gt_edge_list edges;
    struct gt_vec leaf_edges; /* struct gt_leaf_edge */
    uint32_t count;           /* nodes */
};

/* The tables and the ranks belong to the caller. Roots are ordered by group. */
void gt_dominator_walk_run(struct gt_dominator_walk *walk, const struct gt_heap *heap,
                           const struct gt_bitmap *live, const struct gt_dominator_root *roots,
                           size_t count, struct gt_ranks *ranks);

/* Sums up the words of each subtree. Sets what inner nodes of objects stand for. */
void gt_dominators_sum_words(struct gt_dominators *tree);

#endif

/*
 * The depth-first walk that dominators are computed from. Private to graph/.
 *
 * Invariants: inner nodes are numbered in preorder; parent[node] < node is the node that the walk
 * came from; every edge between inner nodes is (parent[node], node), or noted in the list of its
 * target, or cannot matter: it leads to the node itself, or is one of those twice. Every edge to a
 * leaf is in `place`, or noted in `leaf_edges`, or is one of those twice.
 */
#ifndef GT_GRAPH_DOMINATORS_IMPL_H
#define GT_GRAPH_DOMINATORS_IMPL_H

#include "inspector/base/vec.h"
#include "inspector/graph/dominators.h"

struct gt_dominator_edge {
    uint32_t from; /* a node */
    uint32_t next; /* of the same target; + 1, 0 ends the list */
};

struct gt_leaf_edge {
    uint32_t from; /* a node */
    uint32_t leaf; /* its rank */
};

struct gt_dominator_walk {
    uint32_t *place;          /* by rank: its node; of a leaf the node that was first to reach it */
    uint32_t *what;           /* by node */
    uint32_t *parent;         /* by node */
    uint32_t *heads;          /* by node: of its list in `edges`, + 1; 0: none */
    struct gt_vec edges;      /* struct gt_dominator_edge */
    struct gt_vec leaf_edges; /* struct gt_leaf_edge */
    uint32_t count;           /* nodes */
    uint32_t first_leaf;      /* its rank */
};

/* The tables belong to the caller. Roots are ordered by group. */
void gt_dominator_walk_run(struct gt_dominator_walk *walk, const struct gt_heap *heap,
                           const struct gt_rank *rank, const struct gt_dominator_root *roots,
                           size_t count);

#endif

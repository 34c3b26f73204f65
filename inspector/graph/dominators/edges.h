/*
 * The edges that the walk for dominators records, and the same by their targets. Private to graph/.
 *
 * Theory. Semidominators need the edges to one node after the other. A list for each node would
 * lead from edge to edge all over memory, and each step would wait. So the edges are sorted once,
 * by counting, and then read in one row.
 *
 * Invariants. While edges are recorded, `last` has for each node the index + 1 of the last edge to
 * it; 0: none. Once they are sorted, an entry is where the node's edges begin in `from`, which is
 * never 0. They end where those of the next node with edges begin. Entries of nodes without edges
 * are only read, so that their pages take no memory.
 */
#ifndef GT_GRAPH_EDGES_H
#define GT_GRAPH_EDGES_H

#include "inspector/base/vec.h"

struct gt_dominator_edge {
    uint32_t from, to; /* nodes */
};

struct gt_edge_list {
    struct gt_vec edges; /* struct gt_dominator_edge */
    uint32_t *last;      /* by node */
};

struct gt_sorted_edges {
    uint32_t *first; /* by node: takes over `last` */
    uint32_t *from;  /* by target; the first is at 1 */
    uint32_t end;    /* of them all */
};

void gt_edge_list_init(struct gt_edge_list *list, size_t nodes);

/* Nothing is added if it repeats the last edge to the node, or if there are about 2^32. */
void gt_edge_list_add(struct gt_edge_list *list, uint32_t from, uint32_t to);

/* Takes over the list, which has no edges then. The caller frees both tables. */
void gt_edges_sort(struct gt_edge_list *list, size_t nodes, struct gt_sorted_edges *sorted);

#endif

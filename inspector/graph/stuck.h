/*
 * Which nodes are stuck, among nodes that need one another to continue, and in which circles.
 *
 * A node is free, stuck in any case, or stuck as long as all or any of the nodes that its edges
 * lead to are stuck. The result is the largest possible set of stuck nodes: circles of needs stay
 * stuck. Nodes are goroutines and what they wait for; the graph knows nothing of Go.
 */
#ifndef GT_GRAPH_STUCK_H
#define GT_GRAPH_STUCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum gt_stuck_when {
    GT_STUCK_NEVER, /* the node is free */
    GT_STUCK_ALWAYS,
    GT_STUCK_IF_ALL, /* one free node is enough to continue; without edges it is stuck */
    GT_STUCK_IF_ANY, /* one stuck node is enough to be stuck */
};

struct gt_needs {
    uint32_t count;  /* nodes */
    uint8_t *need;   /* enum gt_stuck_when, by node */
    size_t *first;   /* count + 1: where a node's edges begin in `edges` */
    uint32_t *edges; /* nodes */
};

/* Sets stuck[i] for each of the nodes. */
void gt_stuck_find(const struct gt_needs *needs, bool *stuck);

/*
 * The same, node by node, for a caller that has more reasons for being free than the edges: each
 * node that becomes free is returned once, and the caller may free others meanwhile. `needs` and
 * `stuck` are borrowed.
 */
struct gt_freer;
struct gt_freer *gt_freer_create(const struct gt_needs *needs, bool *stuck);
void gt_freer_destroy(struct gt_freer *freer);
void gt_freer_set(struct gt_freer *freer, uint32_t node);   /* frees a node for another reason
                                                             */
bool gt_freer_next(struct gt_freer *freer, uint32_t *node); /* false: none at present */

/*
 * Calls `visit` with circles of stuck nodes: a shortest one through each node below `starts` that
 * is on any, except nodes of circles visited before. At most `max` circles; false when there may be
 * more. The nodes are in the order of their edges, the start first.
 */
typedef void gt_circle_fn(void *ctx, const uint32_t *nodes, size_t count);
bool gt_stuck_circles(const struct gt_needs *needs, const bool *stuck, uint32_t starts, size_t max,
                      gt_circle_fn *visit, void *ctx);

#endif

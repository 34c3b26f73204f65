/*
 * Strongly connected components of the part of a heap that a bitmap selects, or of any graph.
 *
 * Edges are the pointer words of selected objects to selected objects, and extra edges that have no
 * word (an object's finalizer refers to its closure). An edge from an object to itself does not
 * count: an object that points only into itself is no cycle. So a component is cyclic exactly when
 * it has two or more objects.
 *
 * Invariants: `nodes` ascend, so an object's place among them is found by search. Components are
 * numbered so that an edge between two of them goes from the higher number to the lower. Memory
 * grows with the selected objects and their edges, plus 4 bytes for each 512 objects of the heap.
 * All lists of work are explicit; nothing recurses over the heap.
 *
 * The scc owns its tables and borrows nothing: heap, bitmap and extra edges may be freed
 * afterwards.
 */
#ifndef GT_GRAPH_SCC_H
#define GT_GRAPH_SCC_H

#include "inspector/graph/heap.h"

#define GT_NO_COMPONENT UINT32_MAX

struct gt_extra_edge { /* between objects; without effect unless both are selected */
    uint32_t from, to;
};

struct gt_scc {
    uint32_t *nodes; /* the selected objects, by index */
    size_t count;
    uint32_t *component; /* of nodes[i] */
    uint32_t *sizes;     /* objects in each component */
    uint32_t components;
    size_t *first_edge; /* of nodes[i]; count + 1 of them */
    uint32_t *edges;    /* where they lead, as indices in `nodes` */
    uint32_t *blocks;   /* object >> 9 -> index of the first node at or after that block */
    size_t block_count;
};

/* `selected` has a bit for every object of the heap. */
void gt_scc_find(struct gt_scc *scc, const struct gt_heap *heap, const struct gt_bitmap *selected,
                 const struct gt_extra_edge *extra, size_t extra_count);
/* The same for any graph: `count` nodes, the edges of node i from first_edge[i] up to first_edge[i
 * + 1] (count + 1 entries). Objects are then the nodes' numbers. */
void gt_scc_of_edges(struct gt_scc *scc, size_t count, const size_t *first_edge,
                     const uint32_t *edges);
void gt_scc_deinit(struct gt_scc *scc);

/* GT_NO_COMPONENT for an object that was not selected. */
uint32_t gt_scc_component(const struct gt_scc *scc, uint32_t object);
uint32_t gt_scc_size(const struct gt_scc *scc, uint32_t component);

/* A shortest cycle through `object`: the objects on it in order, `object` first; the last points
 * back to it. Returns their number; 0 when there is no cycle, or none of at most `max` objects. */
size_t gt_scc_cycle(const struct gt_scc *scc, uint32_t object, uint32_t *out, size_t max);

#endif

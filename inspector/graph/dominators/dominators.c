/*
 * The tree is built in three passes over nodes in preorder. No pass needs a list of all edges:
 *   1. a depth-first walk numbers the inner nodes. It records the edges that lead to objects with a
 *      number; the other edges are the walk's tree itself (dominators_walk.c);
 *   2. backwards: each node's semidominator, by path compression over the recorded edges, which
 *      are sorted for that (edges.c);
 *   3. forwards: each node's dominator: the nearest node above it, in the tree so far, that is not
 *      below its semidominator.
 * A node without recorded edges has its parent in the walk's tree as both. Leaves come last.
 */
#include "inspector/graph/dominators/dominators.h"

#include "inspector/base/alloc.h"
#include "inspector/graph/dominators/dominators_impl.h"

#include <string.h>

enum { EDGES_AHEAD = 16 };

/* ---- semidominators ------------------------------------------------------------------------ */

struct semi {
    uint32_t *ancestor; /* by node: a node above it; the path to it is compressed in `label` */
    uint32_t *label;    /* by node: the least semidominator on that path, without its end */
    uint32_t *semi;     /* by node, + 1; 0: its parent in the walk's tree. Until the node is
                         * processed, where its edges begin */
    const struct gt_sorted_edges *edges;
    uint32_t end; /* of the edges to the node that is processed next, and to those before it */
};

/* Nodes above `last` are processed. Returns the least semidominator on the path from `node` up to
 * the first node that is not, and splits the path: each of its nodes gets its ancestor's
 * ancestor. */
static uint32_t least_semi(struct semi *semi, uint32_t node, uint32_t last)
{
    uint32_t *ancestor = semi->ancestor, *label = semi->label, least = label[node];

    for (uint32_t at = node, above; (above = ancestor[at]) > last; at = above) {
        if (label[above] < label[at]) label[at] = label[above];
        if (label[above] < least) least = label[above];
        ancestor[at] = ancestor[above];
    }
    return least;
}

/* Prefetches what an edge needs that comes later. */
static void fetch_from(const struct semi *semi, uint32_t edge)
{
    if (edge <= EDGES_AHEAD) return;
    uint32_t from = semi->edges->from[edge - EDGES_AHEAD];
    __builtin_prefetch(&semi->ancestor[from]);
    __builtin_prefetch(&semi->label[from]);
}

static void find_semi(struct semi *semi, uint32_t node, uint32_t parent)
{
    uint32_t least = parent, first = semi->semi[node];

    for (uint32_t edge = semi->end; first && edge-- > first;) {
        uint32_t from = semi->edges->from[edge];
        fetch_from(semi, edge);
        if (from > node) from = least_semi(semi, from, node);
        if (from < least) least = from;
    }
    semi->label[node] = least;
    if (!first) return;
    semi->semi[node] = least + 1;
    semi->end = first;
}

/* The semidominators take the places of the edges' beginnings. Entries of nodes without recorded
 * edges are not written, so that their pages take no memory. */
static void find_semis(struct gt_dominator_walk *walk, struct semi *semi)
{
    size_t size = walk->count * sizeof(uint32_t);
    struct gt_sorted_edges edges;

    gt_edges_sort(&walk->edges, walk->count, &edges);
    *semi = (struct semi){.ancestor = gt_alloc_filled(size),
                          .label = gt_alloc_filled(size),
                          .semi = edges.first,
                          .edges = &edges,
                          .end = edges.end};
    memcpy(semi->ancestor, walk->parent, size);
    for (uint32_t node = walk->count; node-- > 1;)
        find_semi(semi, node, walk->parent[node]);
    semi->edges = NULL;
    gt_free(edges.from);
}

/* ---- dominators ---------------------------------------------------------------------------- */

/* A jump goes up by the weight of the lowest nonzero digit of the node's depth, in skew binary
 * numbers. So a number of steps logarithmic in the depth leads from any node to any node above
 * it. */
struct jumps {
    uint32_t *depth, *jump;
};

static void set_jump(struct jumps *jumps, uint32_t node, uint32_t parent)
{
    uint32_t jump = jumps->jump[parent], far = jumps->jump[jump];
    uint32_t first = jumps->depth[parent] - jumps->depth[jump];

    jumps->depth[node] = jumps->depth[parent] + 1;
    jumps->jump[node] = first == jumps->depth[jump] - jumps->depth[far] ? far : parent;
}

/* The first node at or above `node` that is not below `semi`. */
static uint32_t climb(const struct jumps *jumps, const uint32_t *parent, uint32_t node,
                      uint32_t semi)
{
    while (node > semi)
        node = jumps->jump[node] > semi ? jumps->jump[node] : parent[node];
    return node;
}

/* Turns the walk's tree into the dominator tree, in place. The jumps reuse the tables of the
 * semidominators. */
static void find_dominators(struct gt_dominator_walk *walk, struct semi *semi, struct jumps *jumps)
{
    uint32_t *parent = walk->parent;

    *jumps = (struct jumps){semi->ancestor, semi->label};
    jumps->depth[0] = jumps->jump[0] = 0;
    for (uint32_t node = 1; node < walk->count; node++) {
        uint32_t found = semi->semi[node];
        if (found && found - 1 < parent[node])
            parent[node] = climb(jumps, parent, parent[node], found - 1);
        set_jump(jumps, node, parent[node]);
    }
    gt_free(semi->semi);
}

/* ---- leaves -------------------------------------------------------------------------------- */

/* The nearest node at or above `node` whose depth is at most `depth`. */
static uint32_t climb_to_depth(const struct jumps *jumps, const uint32_t *parent, uint32_t node,
                               uint32_t depth)
{
    while (jumps->depth[node] > depth) {
        uint32_t jump = jumps->jump[node];
        node = jumps->depth[jump] >= depth ? jump : parent[node];
    }
    return node;
}

/* Nodes of equal depth have jumps of equal length, so both climb in step. */
static uint32_t common_ancestor(const struct jumps *jumps, const uint32_t *parent, uint32_t a,
                                uint32_t b)
{
    a = climb_to_depth(jumps, parent, a, jumps->depth[b]);
    b = climb_to_depth(jumps, parent, b, jumps->depth[a]);
    while (a != b) {
        bool far = jumps->jump[a] != jumps->jump[b];
        a = far ? jumps->jump[a] : parent[a];
        b = far ? jumps->jump[b] : parent[b];
    }
    return a;
}

static void find_parents_of_leaves(struct gt_dominator_walk *walk, struct jumps *jumps)
{
    for (size_t i = 0; i < walk->leaf_edges.len; i++) {
        const struct gt_leaf_edge *edge = gt_vec_at(&walk->leaf_edges, i);
        uint32_t *place = &walk->place[edge->leaf];
        if (edge->from == GT_NO_NODE) continue;
        *place = *place == GT_NO_NODE ? edge->from
                                      : common_ancestor(jumps, walk->parent, *place, edge->from);
    }
    gt_vec_deinit(&walk->leaf_edges);
}

/* ---- the tree ------------------------------------------------------------------------------ */

/* The entries of objects are set with their sizes. */
static void name_groups(struct gt_dominators *tree, struct gt_dominator_walk *walk)
{
    tree->inner_what[0] = GT_NO_OBJECT;
    for (size_t i = 0; i < walk->groups.len; i++) {
        const struct gt_group_node *group = gt_vec_at(&walk->groups, i);
        tree->inner_what[group->node] = GT_DOMINATOR_GROUP | group->group;
    }
    gt_vec_deinit(&walk->groups);
}

/* The tables of the jumps serve on, as their pages are there already. */
static void take_over(struct gt_dominators *tree, const struct gt_bitmap *live,
                      const struct gt_dominator_walk *walk, struct jumps *jumps)
{
    bool narrow = gt_heap_bytes_of(tree->heap, live) / 8 <= UINT32_MAX;

    tree->inner_what = jumps->jump;
    tree->inner_words = narrow ? jumps->depth : NULL;
    if (!narrow) gt_free(jumps->depth);
    tree->place = walk->place;
    tree->inner_parent = walk->parent;
    tree->inner = walk->count;
    tree->count = walk->count + tree->ranks.count - tree->ranks.first_leaf;
}

void gt_dominators_init(struct gt_dominators *tree, const struct gt_heap *heap,
                        const struct gt_bitmap *live, const struct gt_dominator_root *roots,
                        size_t count, uint32_t groups)
{
    struct gt_dominator_walk walk;
    struct semi semi;
    struct jumps jumps;

    *tree = (struct gt_dominators){.heap = heap, .group_count = groups};
    gt_dominator_walk_run(&walk, heap, live, roots, count, &tree->ranks);
    find_semis(&walk, &semi);
    find_dominators(&walk, &semi, &jumps);
    find_parents_of_leaves(&walk, &jumps);
    take_over(tree, live, &walk, &jumps);
    name_groups(tree, &walk);
    gt_dominators_sum_words(tree);
}

void gt_dominators_deinit(struct gt_dominators *tree)
{
    gt_ranks_deinit(&tree->ranks);
    gt_free(tree->place);
    gt_free(tree->inner_what);
    gt_free(tree->inner_parent);
    gt_free(tree->inner_words);
    gt_free(tree->inner_wide);
    *tree = (struct gt_dominators){0};
}

uint32_t gt_dominators_node(const struct gt_dominators *tree, uint32_t object)
{
    const struct gt_ranks *ranks = &tree->ranks;

    if (object >= tree->heap->objects) return GT_NO_NODE;
    uint32_t rank = gt_ranks_of(ranks, object);
    if (rank == GT_NO_RANK) return GT_NO_NODE;
    uint32_t place = tree->place[rank];
    return rank < ranks->first_leaf || place == GT_NO_NODE ? place
                                                           : tree->inner + rank - ranks->first_leaf;
}

uint32_t gt_dominators_object(const struct gt_dominators *tree, uint32_t node)
{
    if (node >= tree->inner)
        return gt_ranks_object(&tree->ranks, node - tree->inner + tree->ranks.first_leaf);
    return tree->inner_what[node] & GT_DOMINATOR_GROUP ? GT_NO_OBJECT : tree->inner_what[node];
}

uint64_t gt_dominators_retained(const struct gt_dominators *tree, uint32_t node)
{
    if (node < tree->inner) return gt_dominators_inner_bytes(tree, node);
    return gt_heap_size(tree->heap, gt_dominators_object(tree, node));
}

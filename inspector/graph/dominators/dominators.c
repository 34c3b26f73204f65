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
#include "inspector/graph/walk.h"

#include <stdlib.h>
#include <string.h>

enum {
    AHEAD = 8, /* nodes, or objects: how far ahead memory is prefetched */
    EDGES_AHEAD = 16,
};

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
    *semi = (struct semi){.ancestor = gt_alloc(size),
                          .label = gt_alloc(size),
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

/* ---- visits in the order of objects --------------------------------------------------------- */

struct leaf_walk {
    const struct gt_dominators *tree;
    gt_node_fn *visit; /* of the caller, with its ctx */
    void *ctx;
};

static const void *sum_at(const struct gt_dominators *tree, uint32_t node)
{
    return tree->inner_words ? (const void *)&tree->inner_words[node]
                             : (const void *)&tree->inner_wide[node];
}

/* Visits the inner objects that are in the tree. Fetches the sums ahead. It is inlined with its
 * visitor. */
GT_INLINE void walk_inner(const struct gt_dominators *tree, gt_node_fn *visit, void *ctx)
{
    const struct gt_bitmap *live = tree->rank.set;
    const struct gt_region *region = tree->heap->regions;
    uint32_t rank = 0, end = tree->first_leaf;
    uint64_t bits = end ? live->words[0] : 0;

    for (size_t word = 0; rank < end; bits = rank < end ? live->words[++word] : 0)
        for (; bits && rank < end; bits &= bits - 1, rank++) {
            uint32_t at = (uint32_t)(word * 64) + (uint32_t)__builtin_ctzll(bits);
            uint32_t place = tree->place[rank];
            uint32_t later = rank + AHEAD < end ? tree->place[rank + AHEAD] : GT_NO_NODE;
            while (at - region->first >= region->count)
                region++;
            if (later != GT_NO_NODE) __builtin_prefetch(sum_at(tree, later), 1);
            if (place != GT_NO_NODE) visit(ctx, place, at, region);
        }
}

/* Those of regions with pointers are inner nodes. */
void gt_dominators_leaves_of_regions(const struct gt_dominators *tree, gt_leaves_fn *visit,
                                     void *ctx)
{
    const struct gt_heap *heap = tree->heap;
    uint32_t rank = tree->first_leaf;

    for (uint32_t i = 0; i < heap->region_count && rank < gt_rank_count(&tree->rank); i++) {
        const struct gt_region *region = &heap->regions[i];
        uint32_t end = gt_rank_below(&tree->rank, region->first + region->count);
        if (region->scan != GT_SCAN_NONE || end == rank) continue;
        struct gt_leaves leaves = {region, tree->inner + rank - tree->first_leaf,
                                   tree->place + rank, end - rank};
        visit(ctx, &leaves);
        rank = end;
    }
}

static void visit_leaves(void *ctx, const struct gt_leaves *leaves)
{
    const struct leaf_walk *walk = ctx;
    const struct gt_bitmap *live = walk->tree->rank.set;
    size_t object = leaves->region->first;

    for (uint32_t i = 0; i < leaves->count; i++, object++) {
        object = gt_bitmap_next(live, object);
        if (leaves->parents[i] != GT_NO_NODE)
            walk->visit(walk->ctx, leaves->node + i, (uint32_t)object, leaves->region);
    }
}

void gt_dominators_leaves(const struct gt_dominators *tree, gt_node_fn *visit, void *ctx)
{
    struct leaf_walk walk = {tree, visit, ctx};

    gt_dominators_leaves_of_regions(tree, visit_leaves, &walk);
}

void gt_dominators_inner(const struct gt_dominators *tree, gt_node_fn *visit, void *ctx)
{
    walk_inner(tree, visit, ctx);
}

/* ---- the tree ------------------------------------------------------------------------------ */

static void add_sum(struct gt_dominators *tree, uint32_t node, uint64_t more)
{
    if (tree->inner_words)
        tree->inner_words[node] += (uint32_t)more;
    else
        tree->inner_wide[node] += more;
}

/* Adds what each of the leaves counts for to its parent's sum. Fetches the sums ahead. */
static void add_each(struct gt_dominators *tree, const struct gt_leaves *leaves, uint64_t each)
{
    const uint32_t *parents = leaves->parents;

    for (uint32_t i = 0; i < leaves->count; i++) {
        if (i + AHEAD < leaves->count && parents[i + AHEAD] != GT_NO_NODE)
            __builtin_prefetch(sum_at(tree, parents[i + AHEAD]), 1);
        if (parents[i] != GT_NO_NODE) add_sum(tree, parents[i], each);
    }
}

static void add_sizes(void *ctx, const struct gt_leaves *leaves)
{
    add_each(ctx, leaves, leaves->region->slot_size / 8);
}

static void set_inner(void *ctx, uint32_t node, uint32_t object, const struct gt_region *region)
{
    struct gt_dominators *tree = ctx;

    tree->inner_what[node] = object;
    add_sum(tree, node, region->slot_size / 8);
}

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

static void sum_subtrees(struct gt_dominators *tree)
{
    for (uint32_t node = tree->inner; node-- > 1;)
        add_sum(tree, tree->inner_parent[node], gt_dominators_sum(tree, node));
}

static void sum_words(struct gt_dominators *tree)
{
    walk_inner(tree, set_inner, tree);
    gt_dominators_leaves_of_regions(tree, add_sizes, tree);
    sum_subtrees(tree);
}

static void clear_sums(struct gt_dominators *tree)
{
    if (tree->inner_words)
        memset(tree->inner_words, 0, tree->inner * sizeof *tree->inner_words);
    else
        memset(tree->inner_wide, 0, tree->inner * sizeof *tree->inner_wide);
}

static void sum_retained(struct gt_dominators *tree)
{
    if (tree->inner_words)
        clear_sums(tree);
    else
        tree->inner_wide = gt_calloc(tree->inner, sizeof *tree->inner_wide);
    sum_words(tree);
}

/* Every inner node that has an object counts itself. */
static void count_inner(struct gt_dominators *tree)
{
    for (uint32_t node = 0; node < tree->inner; node++)
        add_sum(tree, node, !(tree->inner_what[node] & GT_DOMINATOR_GROUP));
}

static void count_leaves(void *ctx, const struct gt_leaves *leaves)
{
    add_each(ctx, leaves, 1);
}

void gt_dominators_count_bytes(struct gt_dominators *tree)
{
    if (!tree->counts_objects) return;
    clear_sums(tree);
    sum_words(tree);
    tree->counts_objects = false;
}

void gt_dominators_count_objects(struct gt_dominators *tree)
{
    clear_sums(tree);
    tree->counts_objects = true;
    count_inner(tree);
    gt_dominators_leaves_of_regions(tree, count_leaves, tree);
    sum_subtrees(tree);
}

/* The tables of the jumps serve on, as their pages are there already. */
static void take_over(struct gt_dominators *tree, const struct gt_dominator_walk *walk,
                      struct jumps *jumps)
{
    bool narrow = gt_heap_bytes_of(tree->heap, tree->rank.set) / 8 <= UINT32_MAX;

    tree->inner_what = jumps->jump;
    tree->inner_words = narrow ? jumps->depth : NULL;
    if (!narrow) gt_free(jumps->depth);
    tree->place = walk->place;
    tree->inner_parent = walk->parent;
    tree->inner = walk->count;
    tree->first_leaf = walk->first_leaf;
    tree->count = walk->count + gt_rank_count(&tree->rank) - walk->first_leaf;
}

void gt_dominators_init(struct gt_dominators *tree, const struct gt_heap *heap,
                        const struct gt_bitmap *live, const struct gt_dominator_root *roots,
                        size_t count, uint32_t groups)
{
    struct gt_dominator_walk walk;
    struct semi semi;
    struct jumps jumps;

    *tree = (struct gt_dominators){.heap = heap, .group_count = groups};
    gt_rank_init(&tree->rank, live);
    gt_dominator_walk_run(&walk, heap, &tree->rank, roots, count);
    find_semis(&walk, &semi);
    find_dominators(&walk, &semi, &jumps);
    find_parents_of_leaves(&walk, &jumps);
    take_over(tree, &walk, &jumps);
    name_groups(tree, &walk);
    sum_retained(tree);
}

void gt_dominators_deinit(struct gt_dominators *tree)
{
    gt_rank_deinit(&tree->rank);
    gt_free(tree->place);
    gt_free(tree->inner_what);
    gt_free(tree->inner_parent);
    gt_free(tree->inner_words);
    gt_free(tree->inner_wide);
    *tree = (struct gt_dominators){0};
}

uint32_t gt_dominators_node(const struct gt_dominators *tree, uint32_t object)
{
    if (object >= tree->heap->objects || !gt_bit(tree->rank.set, object)) return GT_NO_NODE;
    uint32_t rank = gt_rank_of(&tree->rank, object), place = tree->place[rank];
    return rank < tree->first_leaf || place == GT_NO_NODE ? place
                                                          : tree->inner + rank - tree->first_leaf;
}

uint32_t gt_dominators_object(const struct gt_dominators *tree, uint32_t node)
{
    if (node >= tree->inner) return gt_rank_bit(&tree->rank, node - tree->inner + tree->first_leaf);
    return tree->inner_what[node] & GT_DOMINATOR_GROUP ? GT_NO_OBJECT : tree->inner_what[node];
}

uint64_t gt_dominators_retained(const struct gt_dominators *tree, uint32_t node)
{
    if (node < tree->inner) return gt_dominators_inner_bytes(tree, node);
    return gt_heap_size(tree->heap, gt_dominators_object(tree, node));
}

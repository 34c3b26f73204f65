/*
 * The tree is built in three passes over nodes in preorder, and over no list of all edges:
 *   1. a depth-first walk numbers the nodes and notes the edges that lead to met objects: the
 *      others are the walk's tree itself (dominators_walk.c);
 *   2. backwards: each node's semidominator, by path compression over what the walk noted;
 *   3. forwards: each node's dominator, the nearest above it in the tree so far that is not below
 *      its semidominator.
 * A node that no noted edge leads to has the node above it as both.
 */
#include "inspector/graph/dominators.h"

#include "inspector/base/alloc.h"
#include "inspector/graph/dominators_impl.h"

#include <stdlib.h>
#include <string.h>

/* ---- semidominators ------------------------------------------------------------------------ */

struct semi {
    uint32_t *ancestor; /* by node: a node above it; the way there is compressed in `label` */
    uint32_t *label;    /* by node: the least semidominator on that way, the end left out */
    uint32_t *semi;     /* by node; before its turn the head of its list of edges */
    struct gt_vec way;  /* uint32_t: of one compression */
};

/* Nodes above `last` have their turn behind them. Compresses the way from `node` up to the first
 * that has not, and gives the least semidominator on it. */
static uint32_t least_semi(struct semi *semi, uint32_t node, uint32_t last)
{
    uint32_t *ancestor = semi->ancestor, *label = semi->label;

    gt_vec_clear(&semi->way);
    for (uint32_t at = node; ancestor[at] > last; at = ancestor[at])
        gt_vec_add(&semi->way, &at);
    for (size_t i = semi->way.len; i-- > 0;) {
        uint32_t at = gt_vec_u32(&semi->way, i), above = ancestor[at];
        if (label[above] < label[at]) label[at] = label[above];
        ancestor[at] = ancestor[above];
    }
    return label[node];
}

static void find_semi(struct semi *semi, const struct gt_dominator_walk *walk, uint32_t node)
{
    uint32_t least = walk->parent[node];

    for (uint32_t next = semi->semi[node]; next;) {
        const struct gt_dominator_edge *edge = gt_vec_at(&walk->edges, next - 1);
        uint32_t from = edge->from;
        if (from > node) from = least_semi(semi, from, node);
        if (from < least) least = from;
        next = edge->next;
    }
    semi->semi[node] = semi->label[node] = least;
}

/* Takes the walk's heads of lists; gives the semidominators in their place. */
static void find_semis(struct gt_dominator_walk *walk, struct semi *semi)
{
    size_t size = walk->count * sizeof(uint32_t);

    *semi = (struct semi){.ancestor = gt_alloc(size),
                          .label = gt_alloc(size),
                          .semi = walk->heads,
                          .way = GT_VEC_OF(uint32_t)};
    walk->heads = NULL;
    memcpy(semi->ancestor, walk->parent, size);
    for (uint32_t node = walk->count; node-- > 1;)
        find_semi(semi, walk, node);
    gt_vec_deinit(&semi->way);
    gt_vec_deinit(&walk->edges);
}

/* ---- dominators ---------------------------------------------------------------------------- */

/* A jump leads as far up as a number with that many nodes above it has low zero bits, in the skew
 * binary numbers: from any node to any above it in a number of steps that is logarithmic. */
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

/* Turns the walk's tree into the dominators' tree, in place. The jumps take the tables that
 * semidominators need no more. */
static void find_dominators(struct gt_dominator_walk *walk, struct semi *semi)
{
    struct jumps jumps = {semi->ancestor, semi->label};
    uint32_t *parent = walk->parent;

    jumps.depth[0] = jumps.jump[0] = 0;
    for (uint32_t node = 1; node < walk->count; node++) {
        if (semi->semi[node] < parent[node])
            parent[node] = climb(&jumps, parent, parent[node], semi->semi[node]);
        set_jump(&jumps, node, parent[node]);
    }
    gt_free(semi->ancestor);
    gt_free(semi->label);
    gt_free(semi->semi);
}

/* ---- the tree ------------------------------------------------------------------------------ */

/* Makes the way back from objects to nodes. */
static void number_objects(struct gt_dominators *tree)
{
    size_t size = (gt_rank_count(&tree->rank) + (size_t)1) * sizeof *tree->node;

    tree->node = memset(gt_alloc(size), 0xff, size);
    for (uint32_t node = 0; node < tree->count; node++) {
        uint32_t object = gt_dominators_object(tree, node);
        if (object != GT_NO_OBJECT) tree->node[gt_rank_of(&tree->rank, object)] = node;
    }
}

static void add_sizes(struct gt_dominators *tree)
{
    tree->retained = gt_calloc(tree->count, sizeof *tree->retained);
    for (size_t object = gt_bitmap_next(tree->rank.set, 0); object < tree->rank.set->bits;) {
        const struct gt_region *region = gt_heap_region_of(tree->heap, (uint32_t)object);
        size_t end = (size_t)region->first + region->count;
        for (; object < end; object = gt_bitmap_next(tree->rank.set, object + 1)) {
            uint32_t node = gt_dominators_node(tree, (uint32_t)object);
            if (node != GT_NO_NODE) tree->retained[node] = region->slot_size;
        }
    }
}

static void sum_retained(struct gt_dominators *tree)
{
    add_sizes(tree);
    for (uint32_t node = tree->count; node-- > 1;)
        tree->retained[tree->parent[node]] += tree->retained[node];
}

void gt_dominators_init(struct gt_dominators *tree, const struct gt_heap *heap,
                        const struct gt_bitmap *live, const struct gt_dominator_root *roots,
                        size_t count, uint32_t groups)
{
    struct gt_dominator_walk walk;
    struct semi semi;

    *tree = (struct gt_dominators){.heap = heap, .group_count = groups};
    gt_rank_init(&tree->rank, live);
    gt_dominator_walk_run(&walk, heap, &tree->rank, roots, count);
    gt_free(walk.node); /* room for what the next passes need */
    find_semis(&walk, &semi);
    find_dominators(&walk, &semi);
    tree->what = walk.what;
    tree->parent = walk.parent;
    tree->count = walk.count;
    number_objects(tree);
    sum_retained(tree);
}

void gt_dominators_deinit(struct gt_dominators *tree)
{
    gt_rank_deinit(&tree->rank);
    gt_free(tree->node);
    gt_free(tree->what);
    gt_free(tree->parent);
    gt_free(tree->retained);
    *tree = (struct gt_dominators){0};
}

uint32_t gt_dominators_node(const struct gt_dominators *tree, uint32_t object)
{
    if (object >= tree->heap->objects || !gt_bit(tree->rank.set, object)) return GT_NO_NODE;
    return tree->node[gt_rank_of(&tree->rank, object)];
}

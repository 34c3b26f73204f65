/* Visits of the tree's objects in their own order, and the sums over subtrees that need them. */
#include "inspector/base/alloc.h"
#include "inspector/graph/dominators/dominators_impl.h"
#include "inspector/graph/walk.h"

#include <string.h>

enum { AHEAD = 8 /* objects: how far ahead memory is prefetched */ };

/* ---- visits -------------------------------------------------------------------------------- */

struct leaf_walk { /* the caller's */
    gt_node_fn *visit;
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
    const struct gt_rank_word *words = tree->ranks.words;
    const struct gt_region *region = tree->heap->regions;
    uint32_t rank = 0, end = tree->ranks.first_leaf;
    uint64_t bits = words[0].inner;

    for (size_t word = 0; rank < end; bits = words[++word].inner)
        for (; bits; bits &= bits - 1, rank++) {
            uint32_t at = (uint32_t)(word * 64) + (uint32_t)__builtin_ctzll(bits);
            uint32_t node = tree->place[rank];
            uint32_t later = rank + AHEAD < end ? tree->place[rank + AHEAD] : GT_NO_NODE;
            while (at - region->first >= region->count)
                region++;
            if (later != GT_NO_NODE) __builtin_prefetch(sum_at(tree, later), 1);
            if (node != GT_NO_NODE) visit(ctx, node, at, region);
        }
}

void gt_dominators_leaves_of_regions(const struct gt_dominators *tree, gt_leaves_fn *visit,
                                     void *ctx)
{
    const struct gt_heap *heap = tree->heap;
    const struct gt_ranks *ranks = &tree->ranks;
    uint32_t rank = ranks->first_leaf;

    for (uint32_t i = 0; i < heap->region_count && rank < ranks->count; i++) {
        const struct gt_region *region = &heap->regions[i];
        uint32_t end = gt_ranks_leaf_from(ranks, (size_t)region->first + region->count);
        if (end == rank) continue;
        struct gt_leaves leaves = {.region = region,
                                   .ranks = ranks,
                                   .node = tree->inner + rank - ranks->first_leaf,
                                   .parents = tree->place + rank,
                                   .count = end - rank};
        visit(ctx, &leaves);
        rank = end;
    }
}

static void visit_leaves(void *ctx, const struct gt_leaves *leaves)
{
    const struct leaf_walk *walk = ctx;
    size_t object = leaves->region->first;

    for (uint32_t i = 0; i < leaves->count; i++, object++) {
        object = gt_ranks_next_leaf(leaves->ranks, object);
        if (leaves->parents[i] != GT_NO_NODE)
            walk->visit(walk->ctx, leaves->node + i, (uint32_t)object, leaves->region);
    }
}

void gt_dominators_leaves(const struct gt_dominators *tree, gt_node_fn *visit, void *ctx)
{
    struct leaf_walk walk = {visit, ctx};

    gt_dominators_leaves_of_regions(tree, visit_leaves, &walk);
}

void gt_dominators_inner(const struct gt_dominators *tree, gt_node_fn *visit, void *ctx)
{
    walk_inner(tree, visit, ctx);
}

/* ---- sums ---------------------------------------------------------------------------------- */

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

void gt_dominators_sum_words(struct gt_dominators *tree)
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

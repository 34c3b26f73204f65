/*
 * The edges of a live heap, as the walk for dominators needs them. Private to graph/.
 *
 * Theory. A walk in depth-first order meets objects in any order of addresses, so that each of its
 * steps waits for memory: for the region, the pointer mask, the words and the rank. So the words
 * are read before, in the order of addresses, and each pointer becomes the rank of its object. The
 * walk reads those ranks alone.
 *
 * Invariants. Lists have the targets of an object that have pointers themselves, in the order of
 * its words, without the object itself and without repetitions in a row; the last one is marked.
 * While an object has no node, its entry in `place` says where its list begins: GT_TARGETS_UNSEEN |
 * its index. Only so many targets are listed: an object whose list would end behind them has
 * GT_TARGETS_UNLISTED, and its words are for the walk to read. An entry of a leaf (an object of a
 * region without pointers) is the rank of an object that points to it. Other edges to it are in
 * `leaf_edges`, with such ranks.
 */
#ifndef GT_GRAPH_TARGETS_H
#define GT_GRAPH_TARGETS_H

#include "inspector/base/vec.h"
#include "inspector/graph/rank.h"

#define GT_TARGETS_UNSEEN 0x80000000u
#define GT_TARGETS_NONE UINT32_MAX           /* unseen, and without a list */
#define GT_TARGETS_UNLISTED (UINT32_MAX - 1) /* unseen */
#define GT_TARGETS_LAST 0x80000000u          /* | rank: a target that ends its list */

struct gt_leaf_edge {
    uint32_t from; /* a node, or the rank of an object */
    uint32_t leaf; /* the leaf's rank */
};

/* Memory is reserved for all that may be listed. What is not used takes none. */
struct gt_targets {
    uint32_t *list;
    uint32_t count, most;
};

/* What is filled. The tables belong to the caller. */
struct gt_targets_tables {
    uint32_t *place;           /* by rank; all GT_TARGETS_NONE before */
    struct gt_vec *leaf_edges; /* struct gt_leaf_edge */
    uint32_t first_leaf;       /* a rank */
    uint64_t most;             /* targets that are listed */
};

void gt_targets_init(struct gt_targets *targets, const struct gt_heap *heap,
                     const struct gt_rank *rank, const struct gt_targets_tables *tables);
void gt_targets_deinit(struct gt_targets *targets);

/* The list of an object, of which `place` is the entry. It must have one. */
static inline const uint32_t *gt_targets_of(const struct gt_targets *targets, uint32_t place)
{
    return &targets->list[place & ~GT_TARGETS_UNSEEN];
}

#endif

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
 * While an object has no node, its entry in `place` says where its list begins: GT_TARGETS_UNSEEN,
 * and how far behind the first list of its 64 neighbours by rank. Only so many targets are listed:
 * an object behind them has GT_TARGETS_UNLISTED, and its words are for the walk to read. An entry
 * of a leaf (an object of a region without pointers) is the rank of an object that points to it.
 * Other edges to it are in `leaf_edges`, with such ranks.
 */
#ifndef GT_GRAPH_TARGETS_H
#define GT_GRAPH_TARGETS_H

#include "inspector/base/vec.h"
#include "inspector/graph/rank.h"

#define GT_TARGETS_UNSEEN 0x80000000u
#define GT_TARGETS_NONE UINT32_MAX           /* unseen, and without a list */
#define GT_TARGETS_UNLISTED (UINT32_MAX - 1) /* unseen */
#define GT_TARGETS_LAST 0x80000000u          /* | rank: a target that ends its list */

enum { GT_TARGETS_CHUNK_SHIFT = 16, GT_TARGETS_GROUP_SHIFT = 6 };

struct gt_leaf_edge {
    uint32_t from; /* a node, or the rank of an object */
    uint32_t leaf; /* the leaf's rank */
};

struct gt_targets {
    uint64_t
        *base; /* by rank >> GT_TARGETS_GROUP_SHIFT: index of the first target of these objects */
    struct gt_vec chunks; /* uint32_t *: targets, 1 << GT_TARGETS_CHUNK_SHIFT each */
    struct gt_vec slabs;  /* uint32_t *: the memory of chunks */
};

/* What is filled. The tables belong to the caller. */
struct gt_targets_tables {
    uint32_t *place;           /* by rank; all GT_TARGETS_NONE before */
    struct gt_vec *leaf_edges; /* struct gt_leaf_edge */
    uint32_t first_leaf;       /* a rank */
    uint64_t most;             /* targets that are listed, or a few more */
};

void gt_targets_init(struct gt_targets *targets, const struct gt_heap *heap,
                     const struct gt_rank *rank, const struct gt_targets_tables *tables);
void gt_targets_deinit(struct gt_targets *targets);

/* A target, by its index. */
static inline const uint32_t *gt_targets_at(const struct gt_targets *targets, uint64_t index)
{
    uint32_t *const *chunks = targets->chunks.data;

    return &chunks[index >> GT_TARGETS_CHUNK_SHIFT]
                  [index & (((uint64_t)1 << GT_TARGETS_CHUNK_SHIFT) - 1)];
}

/* Where the list of an object begins, of which `place` is the entry. It must have a list. */
static inline uint64_t gt_targets_first(const struct gt_targets *targets, uint32_t rank,
                                        uint32_t place)
{
    return targets->base[rank >> GT_TARGETS_GROUP_SHIFT] + (place & ~GT_TARGETS_UNSEEN);
}

#endif

/*
 * The edges of a live heap, as the walk for dominators needs them. Private to graph/.
 *
 * Theory. A walk in depth-first order meets objects in any order of addresses, so that each of its
 * steps waits for memory: for the region, the pointer mask, the words and the rank. So the words
 * are read before, in the order of addresses, and the walk reads lists of ranks alone.
 *
 * Which objects with pointers are leaves (ranks.h) is known when all words are read. So a first
 * pass lists the objects with pointers that each object leads to. A second one turns them to ranks,
 * and takes the leaves out of the lists: the walk need not see them.
 *
 * Invariants. Lists have the targets of an object, in the order of its words, without the object
 * itself; the last one is marked. The first pass leaves out repetitions in a row. Lists follow each
 * other in the order of objects. While an inner object has no node, its entry in `place` says where
 * its list begins: GT_TARGETS_UNSEEN | its index. An object that leads to leaves alone has
 * GT_TARGETS_NONE. Only so many targets are listed: an object whose list would end behind them, and
 * all after it, have GT_TARGETS_UNLISTED. They count as inner, and their words are for the walk to
 * read. An entry of a leaf is the rank of an object that leads to it. Other edges to it are in
 * `leaf_edges`, with such ranks.
 */
#ifndef GT_GRAPH_TARGETS_H
#define GT_GRAPH_TARGETS_H

#include "inspector/base/vec.h"
#include "inspector/graph/dominators/ranks.h"
#include "inspector/graph/rank.h"

#include <string.h>

#define GT_TARGETS_UNSEEN 0x80000000u
#define GT_TARGETS_NONE UINT32_MAX           /* unseen, and without a list */
#define GT_TARGETS_UNLISTED (UINT32_MAX - 1) /* unseen */
#define GT_TARGETS_LAST 0x80000000u          /* | object or rank: a target that ends its list */

struct gt_leaf_edge {
    uint32_t from; /* a node, or the rank of an object */
    uint32_t leaf; /* the leaf's rank */
};

/* Memory is reserved for all that may be listed. What is not used takes none. */
struct gt_targets {
    uint32_t *list; /* objects; then ranks */
    uint32_t count, most;
    uint32_t plain; /* rank of the first object of a region without pointers */
};

/* What is filled. The tables belong to the caller. */
struct gt_targets_tables {
    uint32_t *place;           /* by rank of all live objects */
    struct gt_vec *leaf_edges; /* struct gt_leaf_edge */
};

/* The first pass. Lists at most `most` targets. Sets the bits of inner objects, which are all clear
 * before. */
void gt_targets_init(struct gt_targets *targets, const struct gt_heap *heap,
                     const struct gt_rank *live, const struct gt_targets_tables *tables,
                     uint64_t most, struct gt_bitmap *inner);
/* The second pass. */
void gt_targets_rank(struct gt_targets *targets, const struct gt_ranks *ranks,
                     const struct gt_targets_tables *tables);
void gt_targets_deinit(struct gt_targets *targets);

/* Some leaves have no edges yet. */
static inline void gt_targets_clear(const struct gt_targets_tables *tables, uint32_t rank,
                                    uint32_t end)
{
    memset(tables->place + rank, 0xff, (end - rank) * sizeof *tables->place);
}

/* Records an edge to a leaf. Both are ranks. */
static inline void gt_targets_add_leaf(const struct gt_targets_tables *tables, uint32_t from,
                                       uint32_t leaf)
{
    struct gt_leaf_edge edge = {from, leaf};

    if (tables->place[leaf] == GT_TARGETS_NONE)
        tables->place[leaf] = from;
    else if (tables->place[leaf] != from)
        gt_vec_add(tables->leaf_edges, &edge);
}

/* The list of an object, of which `place` is the entry. It must have one. */
static inline const uint32_t *gt_targets_of(const struct gt_targets *targets, uint32_t place)
{
    return &targets->list[place & ~GT_TARGETS_UNSEEN];
}

#endif

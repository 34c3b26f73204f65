/*
 * The ranks of live objects in a dominator tree.
 *
 * An inner object leads to another live object, and a leaf to none. Nothing is below a leaf, so no
 * path passes it.
 *
 * Invariants: inner objects come first, in their order; leaves follow, in theirs. So the rank of an
 * object of a region without pointers is its rank among all live objects. What a rank needs is in
 * one place, for each 64 objects, as objects are met in any order.
 */
#ifndef GT_GRAPH_RANKS_H
#define GT_GRAPH_RANKS_H

#include "inspector/base/bitmap.h"

#define GT_NO_RANK UINT32_MAX

struct gt_rank_word {               /* of 64 objects */
    uint64_t inner, leaves;         /* their bits */
    uint32_t inner_rank, leaf_rank; /* of the first one here, or the next one */
};

struct gt_ranks {
    struct gt_rank_word *words; /* for each 64 objects, and one more */
    size_t objects;
    uint32_t first_leaf, count; /* ranks */
};

/* Inner objects are live. */
void gt_ranks_init(struct gt_ranks *ranks, const struct gt_bitmap *live,
                   const struct gt_bitmap *inner);
void gt_ranks_deinit(struct gt_ranks *ranks);

/* GT_NO_RANK of an object that is not live. */
static inline uint32_t gt_ranks_of(const struct gt_ranks *ranks, uint32_t object)
{
    const struct gt_rank_word *word = &ranks->words[object >> 6];
    uint64_t bit = (uint64_t)1 << (object & 63);

    if (word->inner & bit) return word->inner_rank + gt_ones(word->inner & (bit - 1));
    if (word->leaves & bit) return word->leaf_rank + gt_ones(word->leaves & (bit - 1));
    return GT_NO_RANK;
}

/* The rank of the first leaf that is `object` or comes after it; the count if there is none.
 * `object` may be the number of objects. */
static inline uint32_t gt_ranks_leaf_from(const struct gt_ranks *ranks, size_t object)
{
    const struct gt_rank_word *word = &ranks->words[object >> 6];

    return word->leaf_rank + gt_ones(word->leaves & (((uint64_t)1 << (object & 63)) - 1));
}

/* The first leaf that is `object` or comes after it. There must be one. */
static inline uint32_t gt_ranks_next_leaf(const struct gt_ranks *ranks, size_t object)
{
    size_t at = object >> 6;
    uint64_t leaves = ranks->words[at].leaves & UINT64_MAX << (object & 63);

    while (!leaves)
        leaves = ranks->words[++at].leaves;
    return (uint32_t)(at * 64) + (uint32_t)__builtin_ctzll(leaves);
}

/* The object of a rank below the count. */
uint32_t gt_ranks_object(const struct gt_ranks *ranks, uint32_t rank);

#endif

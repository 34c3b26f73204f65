/*
 * The rank of each set bit of a bitmap among the set bits, so that a table for some objects needs
 * no entries for the others.
 *
 * The bitmap is borrowed and must not change.
 */
#ifndef GT_GRAPH_RANK_H
#define GT_GRAPH_RANK_H

#include "inspector/graph/heap.h"

struct gt_rank {
    const struct gt_bitmap *set;
    uint32_t *before; /* by word of the set: how many bits are set before it; one entry more */
};

void gt_rank_init(struct gt_rank *rank, const struct gt_bitmap *set);
void gt_rank_deinit(struct gt_rank *rank);

static inline uint32_t gt_rank_count(const struct gt_rank *rank)
{
    return rank->before[(rank->set->bits + 63) / 64];
}

/* The rank of a bit that is set. */
static inline uint32_t gt_rank_of(const struct gt_rank *rank, uint32_t bit)
{
    uint64_t below = rank->set->words[bit >> 6] & (((uint64_t)1 << (bit & 63)) - 1);
    return rank->before[bit >> 6] + gt_ones(below);
}

/* How many bits are set below `bit`, which may be the set's size. */
static inline uint32_t gt_rank_below(const struct gt_rank *rank, uint32_t bit)
{
    return bit < rank->set->bits ? gt_rank_of(rank, bit) : gt_rank_count(rank);
}

/* The bit with a rank below gt_rank_count(). */
uint32_t gt_rank_bit(const struct gt_rank *rank, uint32_t place);

#endif

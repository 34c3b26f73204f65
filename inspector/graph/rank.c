/* Counts the set bits before each word once. A rank is that count plus the lower bits of one word;
 * the way back is a binary search among the counts. */
#include "inspector/graph/rank.h"

#include "inspector/base/alloc.h"
#include "inspector/base/search.h"

void gt_rank_init(struct gt_rank *rank, const struct gt_bitmap *set)
{
    size_t words = (set->bits + 63) / 64;
    uint32_t before = 0;

    *rank = (struct gt_rank){set, gt_alloc((words + 1) * sizeof *rank->before)};
    for (size_t i = 0; i < words; i++) {
        rank->before[i] = before;
        before += gt_ones(set->words[i]);
    }
    rank->before[words] = before;
}

void gt_rank_deinit(struct gt_rank *rank)
{
    gt_free(rank->before);
    *rank = (struct gt_rank){0};
}

static uint64_t bits_before(const void *before, size_t word)
{
    return ((const uint32_t *)before)[word];
}

uint32_t gt_rank_bit(const struct gt_rank *rank, uint32_t place)
{
    size_t words = (rank->set->bits + 63) / 64;
    size_t at = gt_upper_bound(rank->before, 0, words, place, bits_before) - 1;
    uint64_t word = rank->set->words[at];

    for (uint32_t skip = place - rank->before[at]; skip > 0; skip--)
        word &= word - 1;
    return (uint32_t)(at * 64 + (size_t)__builtin_ctzll(word));
}

/* Leaves are the live objects that are not inner ones. The way from a rank to its object is a
 * binary search. */
#include "inspector/graph/dominators/ranks.h"

#include "inspector/base/alloc.h"
#include "inspector/base/search.h"

static void set_bits(struct gt_ranks *ranks, const struct gt_bitmap *live,
                     const struct gt_bitmap *inner)
{
    uint32_t rank = 0;

    for (size_t i = 0; i < (live->bits + 63) / 64; i++) {
        struct gt_rank_word *word = &ranks->words[i];
        *word = (struct gt_rank_word){.inner = inner->words[i],
                                      .leaves = live->words[i] & ~inner->words[i],
                                      .inner_rank = rank};
        rank += gt_ones(word->inner);
    }
    ranks->first_leaf = rank;
}

void gt_ranks_init(struct gt_ranks *ranks, const struct gt_bitmap *live,
                   const struct gt_bitmap *inner)
{
    size_t count = (live->bits + 63) / 64;

    *ranks = (struct gt_ranks){.words = gt_calloc(count + 1, sizeof *ranks->words),
                               .objects = live->bits};
    set_bits(ranks, live, inner);
    ranks->count = ranks->words[count].inner_rank = ranks->first_leaf;
    for (size_t i = 0; i <= count; i++) {
        ranks->words[i].leaf_rank = ranks->count;
        ranks->count += gt_ones(ranks->words[i].leaves);
    }
}

void gt_ranks_deinit(struct gt_ranks *ranks)
{
    gt_free(ranks->words);
    *ranks = (struct gt_ranks){0};
}

static uint64_t inner_rank(const void *words, size_t at)
{
    return ((const struct gt_rank_word *)words)[at].inner_rank;
}

static uint64_t leaf_rank(const void *words, size_t at)
{
    return ((const struct gt_rank_word *)words)[at].leaf_rank;
}

uint32_t gt_ranks_object(const struct gt_ranks *ranks, uint32_t rank)
{
    bool is_inner = rank < ranks->first_leaf;
    size_t at = gt_upper_bound(ranks->words, 0, (ranks->objects + 63) / 64, rank,
                               is_inner ? inner_rank : leaf_rank) -
                1;
    const struct gt_rank_word *word = &ranks->words[at];
    uint64_t bits = is_inner ? word->inner : word->leaves;

    for (uint32_t skip = rank - (is_inner ? word->inner_rank : word->leaf_rank); skip > 0; skip--)
        bits &= bits - 1;
    return (uint32_t)(at * 64) + (uint32_t)__builtin_ctzll(bits);
}

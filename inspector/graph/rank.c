#include "inspector/graph/rank.h"

#include "inspector/base/alloc.h"

void gt_rank_init(struct gt_rank *rank, const struct gt_bitmap *set)
{
    size_t words = (set->bits + 63) / 64;
    uint32_t before = 0;

    *rank = (struct gt_rank){set, gt_alloc((words + 1) * sizeof *rank->before)};
    for (size_t i = 0; i < words; i++) {
        rank->before[i] = before;
        before += (uint32_t)__builtin_popcountll(set->words[i]);
    }
    rank->before[words] = before;
}

void gt_rank_deinit(struct gt_rank *rank)
{
    gt_free(rank->before);
    *rank = (struct gt_rank){0};
}

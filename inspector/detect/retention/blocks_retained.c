/* Marks the innocent heap without the blocks' out-edges, and spreads the groups as exclusive owners
 * over what this mark lacks. */
#include "inspector/detect/retention/blocks_retained.h"

#include "inspector/graph/exclusive.h"

/* Only objects of the innocent heap count. */
static void block_the_rest(struct gt_cut *cut, const struct gt_bitmap *innocent)
{
    for (size_t i = 0; i < (innocent->bits + 63) / 64; i++)
        cut->blocked.words[i] = ~innocent->words[i];
    if (innocent->bits % 64)
        cut->blocked.words[innocent->bits / 64] &= ((uint64_t)1 << innocent->bits % 64) - 1;
}

void gt_blocks_retained(const struct gt_heap_analysis *analysis, const struct gt_u32s *groups,
                        uint32_t count, uint64_t *bytes)
{
    const struct gt_heap *graph = &analysis->heap->graph;
    struct gt_bitmap base;
    struct gt_exclusive owners;
    struct gt_cut cut;

    gt_cut_init(&cut, graph);
    block_the_rest(&cut, &analysis->innocent);
    for (uint32_t i = 0; i < count; i++)
        for (size_t j = 0; j < groups[i].len; j++)
            gt_bit_set(&cut.no_out_edges, groups[i].at[j]);
    gt_bitmap_init(&base, graph->objects);
    gt_live_mark(analysis->heap, analysis->roots, NULL, &cut, &base);
    gt_exclusive_init(&owners, graph, &cut, &analysis->innocent, &base, count,
                      (uint32_t)analysis->roots->list.len);
    for (uint32_t i = 0; i < count; i++)
        for (size_t j = 0; j < groups[i].len; j++)
            gt_exclusive_out_edges(&owners, i, groups[i].at[j]);
    gt_exclusive_spread(&owners);
    for (uint32_t i = 0; i < count; i++)
        bytes[i] = gt_exclusive_owned(&owners, i).bytes;
    gt_exclusive_deinit(&owners);
    gt_bitmap_deinit(&base);
    gt_cut_deinit(&cut);
}

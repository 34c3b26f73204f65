/* What a mark leaves out. Words are counted, since several cuts may share one. */
#include "inspector/graph/mark.h"

void gt_cut_init(struct gt_cut *cut, const struct gt_heap *heap)
{
    *cut = (struct gt_cut){0};
    gt_bitmap_init(&cut->blocked, heap->objects);
    gt_bitmap_init(&cut->no_out_edges, heap->objects);
    gt_bitmap_init(&cut->has_words, heap->objects);
}

void gt_cut_deinit(struct gt_cut *cut)
{
    gt_bitmap_deinit(&cut->blocked);
    gt_bitmap_deinit(&cut->no_out_edges);
    gt_bitmap_deinit(&cut->has_words);
    gt_map_deinit(&cut->words);
}

void gt_cut_word(struct gt_cut *cut, const struct gt_heap *heap, uint64_t addr)
{
    uint32_t object = gt_heap_object(heap, addr);

    if (object == GT_NO_OBJECT) return;
    gt_bit_set(&cut->has_words, object);
    cut->offsets |= (uint64_t)1 << ((addr - gt_heap_address(heap, object)) / 8 & 63);
    ++*gt_map_put(&cut->words, addr, NULL);
}

bool gt_cut_has_word(const struct gt_cut *cut, uint64_t addr)
{
    const uint64_t *holders = gt_map_find(&cut->words, addr);
    return holders && *holders > 0;
}

/* A bitmap has the pages of manual spans. A page between the heap's first and last one is free if
 * it is neither in that bitmap nor in a region. */
#include "inspector/runtime/roots/freed_pages.h"

#include "inspector/base/memory.h"

enum { PAGE = 1 << GT_PAGE_SHIFT };

/* If spans have more pages than exist, some of them are damaged. */
static void take_manual(const struct gt_goheap *heap, struct gt_bitmap *taken)
{
    uint64_t first = heap->graph.first_page, left = taken->bits;

    for (size_t i = 0; i < heap->manual.len && left; i++) {
        const struct gt_manual_span *span = gt_vec_at(&heap->manual, i);
        uint64_t at = (span->base >> GT_PAGE_SHIFT) - first;
        for (uint64_t n = 0; n < span->npages && at + n < taken->bits && left; n++, left--)
            gt_bit_set(taken, at + n);
    }
}

void gt_freed_pages(const struct gt_goheap *heap, gt_page_fn *visit, void *ctx)
{
    const struct gt_heap *graph = &heap->graph;
    struct gt_bitmap taken;

    gt_bitmap_init(&taken, graph->page_count);
    take_manual(heap, &taken);
    for (uint64_t i = 0; i < graph->page_count; i++) {
        uint64_t page = (graph->first_page + i) << GT_PAGE_SHIFT;
        if (!graph->pages[i] && !gt_bit(&taken, i) && gt_mem_at(heap->process->mem, page, PAGE))
            visit(ctx, page, PAGE);
    }
    gt_bitmap_deinit(&taken);
}

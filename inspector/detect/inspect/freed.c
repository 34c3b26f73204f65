/* Marks the heap again without the objects or roots, and takes the result from the live totals. */
#include "inspector/detect/inspect/freed.h"

static struct gt_freed freed_without(const struct gt_heap_analysis *analysis,
                                     const struct gt_bitmap *roots, const struct gt_cut *cut)
{
    struct gt_bitmap marked;

    gt_bitmap_init(&marked, analysis->heap->graph.objects);
    gt_live_mark(analysis->heap, analysis->roots, roots, cut, &marked);
    struct gt_freed freed = {analysis->live_bytes -
                                 gt_heap_bytes_of(&analysis->heap->graph, &marked),
                             analysis->live_objects - gt_bitmap_count(&marked)};
    gt_bitmap_deinit(&marked);
    return freed;
}

struct gt_freed gt_freed_with_object(const struct gt_heap_analysis *analysis, uint32_t object)
{
    struct gt_cut cut;

    gt_cut_init(&cut, &analysis->heap->graph);
    gt_bit_set(&cut.blocked, object);
    struct gt_freed freed = freed_without(analysis, NULL, &cut);
    gt_cut_deinit(&cut);
    return freed;
}

struct gt_freed gt_freed_with_objects(const struct gt_heap_analysis *analysis,
                                      const struct gt_bitmap *objects)
{
    struct gt_cut cut;

    gt_cut_init(&cut, &analysis->heap->graph);
    for (size_t at = gt_bitmap_next(objects, 0); at < objects->bits;
         at = gt_bitmap_next(objects, at + 1))
        gt_bit_set(&cut.blocked, at);
    struct gt_freed freed = freed_without(analysis, NULL, &cut);
    gt_cut_deinit(&cut);
    return freed;
}

struct gt_freed gt_freed_with_roots(const struct gt_heap_analysis *analysis,
                                    const struct gt_bitmap *roots)
{
    return freed_without(analysis, roots, NULL);
}

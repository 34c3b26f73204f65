/* Gives the roots to a marker in the order of the list, then lets it mark to the end. */
#include "inspector/runtime/roots/live.h"

void gt_live_seed(struct gt_marker *marker, const struct gt_goheap *heap,
                  const struct gt_root *root)
{
    if (root->kind == GT_ROOT_CONTENTS)
        gt_mark_contents(marker, gt_heap_object(&heap->graph, root->value));
    else
        gt_mark_seed(marker, root->value);
}

struct gt_marker *gt_live_marker(const struct gt_goheap *heap, const struct gt_roots *roots,
                                 const struct gt_bitmap *without, const struct gt_cut *cut,
                                 struct gt_bitmap *marked)
{
    struct gt_marker *marker = gt_marker_create(&heap->graph, cut, marked);

    for (size_t i = 0; i < roots->list.len; i++)
        if (!without || !gt_bit(without, i)) gt_live_seed(marker, heap, gt_root_at(roots, i));
    return marker;
}

void gt_live_mark(const struct gt_goheap *heap, const struct gt_roots *roots,
                  const struct gt_bitmap *without, const struct gt_cut *cut,
                  struct gt_bitmap *marked)
{
    struct gt_marker *marker = gt_live_marker(heap, roots, without, cut, marked);

    gt_mark_drain(marker);
    gt_marker_destroy(marker);
}

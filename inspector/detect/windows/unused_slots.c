#include "inspector/detect/windows/unused_slots.h"

enum { ROUNDED = 8 }; /* a size class adds at most one byte in so many */

void gt_unused_slots_init(struct gt_unused_slots *unused, const struct gt_heap_analysis *analysis)
{
    const struct gt_vec *arrays = &analysis->dead_slots->arrays;

    *unused = (struct gt_unused_slots){.analysis = analysis};
    for (size_t i = arrays->len; i-- > 0;) {
        const struct gt_dead_array *array = gt_vec_at(arrays, i);
        *gt_map_put(&unused->lost, array->block.block, NULL) = i + 1;
    }
}

void gt_unused_slots_deinit(struct gt_unused_slots *unused)
{
    gt_map_deinit(&unused->lost);
}

/* What only dead slots keep alive is no referrer any more, unless it has no pointers. */
static bool is_lost(const struct gt_heap_analysis *analysis, uint32_t object)
{
    return object != GT_NO_OBJECT && !gt_bit(analysis->referrers, object);
}

/* Do an array's slots alone keep more than `bytes`? Slots beside each other may share a target. Of
 * spare slots it is not known what they alone keep. */
static bool keep_more(const struct gt_heap_analysis *analysis, const struct gt_dead_array *array,
                      uint64_t bytes)
{
    const struct gt_heap *graph = &analysis->heap->graph;
    uint32_t last = GT_NO_OBJECT;
    uint64_t kept = 0;

    for (size_t i = 0; i < array->count && kept <= bytes; i++) {
        const struct gt_dead_slot *slot = gt_vec_at(&analysis->dead_slots->slots, array->first + i);
        uint32_t target = gt_heap_object(graph, slot->value);
        if (target == last || (!array->spare && !is_lost(analysis, target))) continue;
        kept += gt_heap_size(graph, target);
        last = target;
    }
    return kept > bytes;
}

/* Is there more behind every capacity than a size class leaves? */
static bool ends_early(const struct gt_windows *windows, const struct gt_window_block *block)
{
    uint64_t end = 0;

    for (size_t i = 0; i < block->count; i++) {
        const struct gt_window_ref *window = gt_window_of(windows, block, i);
        if (window->offset + window->cap > end) end = window->offset + window->cap;
    }
    return block->size - end >= block->elem_size && block->size - end > block->size / ROUNDED;
}

bool gt_slots_are_unused(const struct gt_unused_slots *unused, const struct gt_windows *windows,
                         const struct gt_window_block *block)
{
    const struct gt_heap_analysis *analysis = unused->analysis;

    if (block->block >= analysis->heap->graph.scan_objects || block->strings || block->elements ||
        ends_early(windows, block))
        return false;
    const uint64_t *lost = gt_map_find(&unused->lost, block->block);
    if (!lost) return true;
    const struct gt_dead_array *array = gt_vec_at(&analysis->dead_slots->arrays, *lost - 1);
    return keep_more(analysis, array, block->wasted + block->spare);
}

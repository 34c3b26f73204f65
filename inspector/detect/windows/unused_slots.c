/* Marks the elements that a len covers, and reads all others: are they zeros? */
#include "inspector/detect/windows/unused_slots.h"

enum { ROUNDED = 8 }; /* a size class adds at most one byte in so many */

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

/* Are all elements that no slice uses zeros? */
static bool are_cleared(const struct gt_heap_analysis *analysis, const struct gt_windows *windows,
                        const struct gt_window_block *block)
{
    uint64_t user, base = gt_goheap_user(analysis->heap, block->block, &user);
    uint64_t size = block->elem_size;
    struct gt_bitmap used;
    bool cleared = true;

    gt_bitmap_init(&used, user / size);
    gt_windows_mark(windows, block, true, &used);
    for (uint64_t i = 0; i < used.bits && cleared; i++) {
        if (gt_bit(&used, i)) continue;
        const unsigned char *bytes = gt_mem_at(analysis->process->mem, base + i * size, size);
        cleared = bytes && gt_are_zeros(bytes, size);
    }
    gt_bitmap_deinit(&used);
    return cleared;
}

bool gt_slots_are_unused(const struct gt_heap_analysis *analysis, const struct gt_windows *windows,
                         const struct gt_window_block *block)
{
    bool has_pointers = block->block < analysis->heap->graph.scan_objects;

    return has_pointers && !block->strings && !block->elements && block->elem_size &&
           !ends_early(windows, block) && are_cleared(analysis, windows, block);
}

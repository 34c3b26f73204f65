/* Counts the bits of the live and of the allocated objects in the range of each span. */
#include "inspector/detect/model/heap_shares.h"

enum { PAGE = 8192 };

/* Divides the touched bytes of a span in proportion to the shares. The rounding rest goes to the
 * last share that is not empty. */
static void divide(uint64_t resident, uint64_t whole, const uint64_t *bytes, uint64_t *out)
{
    uint64_t left = resident;

    for (int i = 0; i < GT_SHARES; i++) {
        out[i] = resident == whole
                     ? bytes[i]
                     : (uint64_t)((double)resident * (double)bytes[i] / (double)whole);
        if (out[i] > left) out[i] = left;
        left -= out[i];
    }
    for (int i = GT_SHARES; left && i--;) {
        uint64_t room = bytes[i] - out[i], more = left < room ? left : room;
        out[i] += more;
        left -= more;
    }
}

static void add(struct gt_heap_shares *shares, const struct gt_span *span, const uint64_t *bytes,
                const uint64_t *resident)
{
    unsigned class = span->span_class >> 1;
    struct gt_size_class *to = &shares->classes[class];

    to->size = class ? span->elem_size : 0;
    to->spans++;
    to->bytes += span->npages * PAGE;
    to->live_bytes += bytes[GT_SHARE_LIVE];
    to->garbage_bytes += bytes[GT_SHARE_GARBAGE];
    to->free_bytes += bytes[GT_SHARE_FREE];
    to->end_bytes += bytes[GT_SHARE_ENDS];
    shares->free_resident[class] += resident[GT_SHARE_FREE];
    for (int i = 0; i < GT_SHARES; i++) {
        shares->bytes[i] += bytes[i];
        shares->resident[i] += resident[i];
    }
}

static void take(const struct gt_heap_analysis *analysis, const struct gt_region *region,
                 struct gt_heap_shares *out)
{
    const struct gt_goheap *heap = analysis->heap;
    const struct gt_span *span = gt_vec_at(&heap->spans, region->tag);
    uint64_t whole = span->npages * PAGE, bytes[GT_SHARES], resident[GT_SHARES];
    size_t first = region->first, end = first + region->count;
    uint64_t live = gt_bitmap_count_between(&analysis->live, first, end);
    uint64_t allocated = gt_bitmap_count_between(&heap->graph.allocated, first, end);

    bytes[GT_SHARE_LIVE] = live * region->slot_size;
    bytes[GT_SHARE_GARBAGE] = (allocated - live) * region->slot_size;
    bytes[GT_SHARE_FREE] = (region->count - allocated) * region->slot_size;
    bytes[GT_SHARE_ENDS] = whole - region->count * region->slot_size;
    divide(gt_core_resident(analysis->process->core, span->base, span->base + whole), whole, bytes,
           resident);
    add(out, span, bytes, resident);
}

void gt_heap_shares_read(const struct gt_heap_analysis *analysis, struct gt_heap_shares *out)
{
    const struct gt_heap *graph = &analysis->heap->graph;

    *out = (struct gt_heap_shares){0};
    for (uint32_t i = 0; i < graph->region_count; i++)
        take(analysis, &graph->regions[i], out);
}

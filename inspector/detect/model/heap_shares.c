/* Counts the bits of the live and of the allocated objects in the range of each span. */
#include "inspector/detect/model/heap_shares.h"

enum { PAGE = 8192 };

/* How many bits of [first, first + count) are set. */
static uint64_t count_bits(const struct gt_bitmap *map, size_t first, size_t count)
{
    uint64_t sum = 0;

    for (size_t i = first, end = first + count; i < end;) {
        size_t in_word = 64 - (i & 63), take = end - i < in_word ? end - i : in_word;
        uint64_t word = map->words[i >> 6] >> (i & 63);
        if (take < 64) word &= ((uint64_t)1 << take) - 1;
        sum += gt_ones(word);
        i += take;
    }
    return sum;
}

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
    uint64_t live = count_bits(&analysis->live, region->first, region->count);
    uint64_t allocated = count_bits(&heap->graph.allocated, region->first, region->count);

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

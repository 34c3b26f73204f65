/* Takes every mspan of mheap_.allspans, sorts the spans in use by address, leaves out those that
 * overlap another or that no segment holds, and makes each of the others a region. */
#include "inspector/runtime/heap/spans.h"

#include "inspector/base/alloc.h"
#include "inspector/base/error.h"
#include "inspector/base/search.h"
#include "inspector/runtime/heap/span_order.h"

#include <inttypes.h>

enum {
    PAGE = 8192,
    MAX_BITMAP_SIZE = 512,    /* gc.MinSizeForMallocHeader: larger objects have a type in their
                               * first word */
    MIN_INLINE_MARKS = 16,    /* gcUsesSpanInlineMarkBits */
    INLINE_MARKS_BYTES = 128, /* sizeof(spanInlineMarkBits), at the end of the span */
    INLINE_MARKS_OFFSET = 64, /* before them in it: scans[63], owned; after marks[63]: class */
    MOST_INLINE_MARKS = 63 * 8,
    TINY_SPAN_CLASS = 2 << 1 | 1,
    HEADER = 8,         /* bytes of that type */
    TOGETHER = 1 << 14, /* mspans that are read at once */
};

/* `bits` has a bit for each of the span's slots. */
static uint64_t bits_of(const struct gt_span *span, const unsigned char *bits, uint32_t first)
{
    return bits ? gt_bits_load(bits, ((uint64_t)span->nelems + 7) / 8, first, 64) : 0;
}

static uint64_t slots_below(uint32_t end, uint32_t first)
{
    return end > first ? gt_low_bits(end - (uint64_t)first) : 0;
}

uint64_t gt_span_alloc_bits(const struct gt_span *span, uint32_t first)
{
    return bits_of(span, span->alloc_bits, first);
}

uint64_t gt_span_marked(const struct gt_span *span, uint32_t first)
{
    return bits_of(span, span->mark_bits, first) | bits_of(span, span->inline_bits, first);
}

uint64_t gt_span_allocated(const struct gt_span *span, uint32_t first)
{
    uint64_t known = slots_below(span->free_index, first) | gt_span_alloc_bits(span, first);
    uint64_t during = slots_below(span->end_index, first);

    if (during & ~known) known |= during & gt_span_marked(span, first);
    return known & slots_below(span->nelems, first);
}

/* False for an in-use span with impossible numbers, which would make a region that overlaps
 * others. */
static bool sensible(const struct gt_span *span)
{
    uint64_t bytes, used;

    return span->base % PAGE == 0 && span->base && span->npages && span->elem_size >= 8 &&
           span->elem_size % 8 == 0 && span->nelems && span->free_index <= span->nelems &&
           gt_mul(span->npages, PAGE, &bytes) && gt_mul(span->nelems, span->elem_size, &used) &&
           used <= bytes && span->base + bytes > span->base;
}

static uint8_t scan_of(const struct gt_goheap *heap, struct gt_span *span)
{
    if (span->span_class & 1) return GT_SCAN_NONE;
    if (heap->has_arena_bits) return GT_SCAN_BITMAP;
    if (span->span_class >> 1 == 0) return span->large_type ? GT_SCAN_TILED : GT_SCAN_NONE;
    if (span->elem_size <= MAX_BITMAP_SIZE) return GT_SCAN_BITMAP;
    span->header = true;
    return GT_SCAN_TILED;
}

static const unsigned char *arena_bitmap(struct gt_goheap *heap, const struct gt_span *span)
{
    const unsigned char *mask = gt_arena_bits_of(&heap->arena_bits, span->base, span->elem_size,
                                                 span->nelems, &heap->rebuilt);

    if (!mask)
        gt_process_lost(heap->process, GT_OF_HEAP,
                        "heap span 0x%" PRIx64 ": the core lacks its arena's pointer bits",
                        span->base);
    return mask;
}

/* The heap bitmap: a bit a word of the whole span, at its end or just before the inline marks. */
static const unsigned char *span_bitmap(const struct gt_span *span, const unsigned char *bytes)
{
    uint64_t size = span->npages * PAGE;
    uint64_t end = size - (span->inline_marks && span->elem_size >= MIN_INLINE_MARKS
                               ? (uint64_t)INLINE_MARKS_BYTES
                               : 0);
    return bytes + end - size / 64;
}

/* `pages` is the memory of spans. */
static void add_region(struct gt_goheap *heap, const struct gt_memory *pages, struct gt_span *span)
{
    struct gt_process *process = heap->process;
    uint64_t size = span->npages * PAGE;

    span->inline_marks = heap->green_tea && span->span_class >> 1 && span->elem_size <= 512 &&
                         span->elem_size >= MIN_INLINE_MARKS;
    struct gt_region region = {
        .base = span->base,
        .slot_size = span->elem_size,
        .count = span->nelems,
        .bytes = gt_mem_at(pages, span->base, size),
        .scan = scan_of(heap, span),
        .tag = (uint32_t)heap->spans.len,
    };
    region.skip = span->header ? HEADER : 0; /* scan_of() found it */
    if (span->inline_marks && region.bytes && span->npages == 1 &&
        span->nelems <= MOST_INLINE_MARKS)
        span->inline_bits = region.bytes + PAGE - INLINE_MARKS_BYTES + INLINE_MARKS_OFFSET;
    const char *fault = gt_region_fault(&region);
    if (fault) {
        gt_process_lost(process, GT_OF_HEAP, "heap span 0x%" PRIx64 " %s", span->base, fault);
        return;
    }
    if (!region.bytes) {
        process->missing_bytes += size;
        gt_process_lost(process, GT_OF_HEAP,
                        "heap span 0x%" PRIx64 ": the core lacks %" PRIu64 " of its bytes",
                        span->base, size);
    } else if (region.scan == GT_SCAN_BITMAP) {
        region.mask =
            heap->has_arena_bits ? arena_bitmap(heap, span) : span_bitmap(span, region.bytes);
    }
    if (region.scan == GT_SCAN_BITMAP && !region.mask) region.scan = GT_SCAN_NONE;
    gt_vec_add(&heap->spans, span);
    gt_heap_add(&heap->graph, &region);
}

/* stack.c sets the element size of its spans; allocManual leaves it 0 (mheap.go, initSpan). */
static void take_manual(struct gt_goheap *heap, const struct gt_span *span)
{
    struct gt_manual_span manual = {span->base, span->npages, span->elem_size};

    if (span->npages > UINT64_MAX / PAGE) return;
    heap->stack_bytes += span->npages * PAGE;
    gt_vec_add(&heap->manual, &manual);
}

/* True for one of the program's objects. */
static bool take_span(struct gt_goheap *heap, const struct gt_span *span)
{
    if (span->state == GT_SPAN_ABSENT)
        gt_process_lost(heap->process, GT_OF_HEAP, "mspan 0x%" PRIx64 ": not in the core",
                        span->address);
    if (span->state == GT_SPAN_MANUAL) take_manual(heap, span);
    if (span->state != GT_SPAN_IN_USE) return false;
    if (!sensible(span))
        gt_process_lost(heap->process, GT_OF_HEAP,
                        "mspan 0x%" PRIx64 ": its sizes contradict each other", span->address);
    return sensible(span);
}

/* Those that are taken move up in the list. */
static void take_spans(struct gt_goheap *heap, uint64_t first, uint64_t count)
{
    struct gt_span *spans;

    gt_vec_reserve(&heap->spans, heap->spans.len + count);
    spans = gt_vec_at(&heap->spans, heap->spans.len);
    gt_mspans_read(heap->process, heap->graph.threads, &heap->all, first, count, spans);
    for (uint64_t i = 0; i < count; i++)
        if (take_span(heap, &spans[i])) gt_vec_add(&heap->spans, &spans[i]);
}

static uint64_t end_of_segment(const void *segments, size_t index)
{
    return ((const struct gt_segment *)segments)[index].end;
}

/* Did the process have any memory in [from, to), dumped or not? */
static bool was_mapped(const struct gt_core *core, uint64_t from, uint64_t to)
{
    size_t count;
    const struct gt_segment *segments = gt_core_segments(core, &count);

    for (size_t i = gt_upper_bound(segments, 0, count, from, end_of_segment);
         i < count && segments[i].start <= from; i++) {
        from = segments[i].end;
        if (from >= to) return true;
    }
    return false;
}

/* A span without memory: its segment is missing from the core, or the mspan is damaged. Memory that
 * several spans claim is counted once; *counted is where the last of them ended. */
static void lose_unmapped(struct gt_goheap *heap, const struct gt_span *span, uint64_t *counted)
{
    uint64_t end = span->base + span->npages * PAGE;
    uint64_t from = span->base > *counted ? span->base : *counted;

    if (end > from) heap->process->missing_bytes += end - from;
    if (end > from) *counted = end;
    gt_process_lost(heap->process, GT_OF_HEAP,
                    "heap span 0x%" PRIx64 ": no segment of the core has its %" PRIu64 " bytes",
                    span->base, (end - span->base));
}

/* Of two spans that overlap one is wrong: the one that begins later is left out. Those that stay
 * move up in the list. */
static void add_regions(struct gt_goheap *heap)
{
    struct gt_recent_memory pages;
    size_t count = heap->spans.len;
    uint64_t end = 0, counted = 0;

    gt_recent_init(&pages, heap->process->mem);
    gt_spans_order(heap->spans.data, count);
    gt_heap_reserve(&heap->graph, count < UINT32_MAX ? (uint32_t)count : UINT32_MAX);
    heap->spans.len = 0;
    for (size_t i = 0; i < count; i++) {
        struct gt_span span = ((const struct gt_span *)heap->spans.data)[i];
        uint64_t size = span.npages * PAGE;
        if (span.base < end) {
            gt_process_lost(heap->process, GT_OF_HEAP, "heap span 0x%" PRIx64 ": overlaps another",
                            span.base);
        } else if (!was_mapped(heap->process->core, span.base, span.base + size)) {
            lose_unmapped(heap, &span, &counted);
        } else {
            end = span.base + size;
            heap->heap_bytes += size;
            add_region(heap, &pages.memory, &span);
        }
    }
}

static void read_all(struct gt_goheap *heap)
{
    for (uint64_t first = 0; first < heap->all.len; first += TOGETHER)
        take_spans(heap, first,
                   heap->all.len - first < TOGETHER ? heap->all.len - first : TOGETHER);
    add_regions(heap);
}

static struct gt_error *read_spans(struct gt_goheap *heap)
{
    struct gt_process *process = heap->process;
    struct gt_slice all;
    uint64_t mheap, word;
    struct gt_error *error = gt_process_global(process, "runtime.mheap_", &mheap);

    if (error) return error;
    if (!gt_process_field(process, mheap, GT_F_mheap_sweepgen, &word) ||
        !gt_process_slice(process, mheap + gt_off(&process->layout, GT_F_mheap_allspans), 8, &all))
        return gt_error_at(
            gt_error_create(GT_ERR_FORMAT,
                            "the core lacks runtime.mheap_ or its list of spans: expected the data "
                            "segment of a Go process; take the core with all anonymous memory "
                            "(coredump_filter 0x33)"),
            mheap);
    heap->mheap = mheap;
    heap->all = all;
    heap->sweep_gen = (uint32_t)word;
    heap->has_arena_bits = gt_arena_bits_find(process, mheap, &heap->arena_bits);
    read_all(heap);
    return NULL;
}

static void set_allocated(struct gt_goheap *heap)
{
    for (uint32_t r = 0; r < heap->graph.region_count; r++) {
        const struct gt_region *region = &heap->graph.regions[r];
        const struct gt_span *span = gt_vec_at(&heap->spans, region->tag);
        for (uint32_t slot = 0; slot < region->count; slot += 64)
            gt_bitmap_add(&heap->graph.allocated, region->first + (size_t)slot,
                          gt_span_allocated(span, slot));
    }
}

static const struct gt_span *span_of(const struct gt_goheap *heap, const struct gt_region *region)
{
    return gt_vec_at(&heap->spans, region->tag);
}

static uint64_t rtype_of(const struct gt_goheap *heap, const struct gt_region *region,
                         uint32_t slot)
{
    if (!region->skip) return span_of(heap, region)->large_type;
    return region->bytes ? gt_load64(region->bytes + slot * region->slot_size) : 0;
}

static bool knows(const void *ctx, const struct gt_region *region, uint32_t slot)
{
    const struct gt_goheap *heap = ctx;
    uint64_t rtype = rtype_of(heap, region, slot);

    return !rtype || gt_type_masks_know(&heap->masks, rtype);
}

static struct gt_tile tile(void *ctx, const struct gt_region *region, uint32_t slot)
{
    struct gt_goheap *heap = ctx;
    uint64_t rtype = rtype_of(heap, region, slot);

    if (!rtype) return (struct gt_tile){0};
    struct gt_tile found = gt_type_masks_find(&heap->masks, rtype);
    found.skip = region->skip / 8;
    return found;
}

void gt_goheap_share(const struct gt_goheap *heap, const struct gt_bitmap *live)
{
    const struct gt_heap *graph = &heap->graph;
    struct gt_goheap *own = graph->source.ctx;

    for (uint32_t i = 0; i < graph->region_count && !heap->masks.complete; i++) {
        const struct gt_region *region = &graph->regions[i];
        if (region->scan != GT_SCAN_TILED) continue;
        for (uint32_t slot = 0; slot < region->count; slot++)
            if (gt_bit(live, region->first + slot)) tile(own, region, slot);
    }
    own->masks.complete = true;
}

/* Green tea's marks are in the spans. These functions are only linked with the experiment. The
 * first one sets the marks up; -gcflags=all=-l=4 inlines it. */
static bool uses_green_tea(const struct gt_process *process)
{
    static const char *const names[] = {"runtime.(*spanInlineMarkBits).init",
                                        "runtime.(*spanQueue).refill"};
    struct gt_func func;

    for (size_t i = 0; i < process->code.tab_count; i++)
        for (size_t j = 0; j < sizeof names / sizeof *names; j++)
            if (gt_func_named(process->code.tabs[i], names[j], &func)) return true;
    return false;
}

struct gt_error *gt_goheap_open(struct gt_process *process, unsigned threads,
                                struct gt_goheap **out)
{
    struct gt_goheap *heap = gt_calloc(1, sizeof *heap);
    heap->process = process;
    heap->spans = GT_VEC_OF(struct gt_span);
    heap->manual = GT_VEC_OF(struct gt_manual_span);
    gt_type_masks_init(&heap->masks, process);
    heap->green_tea = uses_green_tea(process);
    gt_heap_init(&heap->graph, (struct gt_heap_source){heap, tile, heap->process->mem, knows});
    heap->graph.threads = threads;
    struct gt_error *error = read_spans(heap);
    if (!error) error = gt_heap_seal(&heap->graph);
    if (error) {
        gt_goheap_close(heap);
        return gt_error_prefix(error, "rebuilding the heap");
    }
    set_allocated(heap);
    *out = heap;
    return NULL;
}

void gt_goheap_close(struct gt_goheap *heap)
{
    if (!heap) return;
    gt_heap_deinit(&heap->graph);
    gt_vec_deinit(&heap->spans);
    gt_vec_deinit(&heap->manual);
    gt_type_masks_deinit(&heap->masks);
    gt_arena_deinit(&heap->rebuilt);
    gt_free(heap);
}

uint64_t gt_goheap_user(const struct gt_goheap *heap, uint32_t object, uint64_t *size)
{
    const struct gt_region *region = gt_heap_region_of(&heap->graph, object);

    return gt_goheap_user_in(region, object - region->first, size);
}

uint64_t gt_goheap_header(const struct gt_goheap *heap, uint32_t object)
{
    const struct gt_region *region = gt_heap_region_of(&heap->graph, object);

    return rtype_of(heap, region, object - region->first);
}

bool gt_goheap_tiny(const struct gt_goheap *heap, uint32_t object)
{
    return span_of(heap, gt_heap_region_of(&heap->graph, object))->span_class == TINY_SPAN_CLASS;
}

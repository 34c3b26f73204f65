/* Makes the bitmaps span by span, 64 slots at a time: from allocBits if the span is swept, else
 * from its mark bits. Each of these is in a page of its own, so they are fetched a few spans ahead.
 *
 * A part of the heap is a run of spans. Two parts that follow each other may share a word of the
 * bitmaps, which is then written by atomic operations. */
#include "inspector/runtime/heap/gcmarks.h"

#include "inspector/base/alloc.h"

/* span.sweepgen against mheap_.sweepgen: 0 swept, +3 swept then cached (runtime/mheap.go). */
static bool is_swept(const struct gt_goheap *heap, const struct gt_span *span)
{
    uint32_t ahead = span->sweep_gen - heap->sweep_gen;

    return ahead == 0 || ahead == 3;
}

enum {
    PAGE = 8192,
    CLASS_BYTE = 1, /* the last byte of a span with inline marks */
    PART_SPANS = 128,
    AHEAD = 8, /* spans */
};

/* Inline marks end with the span's class (runtime/mgcmark_greenteagc.go, spanInlineMarkBits). */
static void check_class(struct gt_gcmarks_part *part, const struct gt_region *region,
                        const struct gt_span *span)
{
    if (!span->inline_bits || region->bytes[PAGE - CLASS_BYTE] == span->span_class) return;
    if (!part->foreign++) part->first_foreign = region->base;
}

/* Returns how many there are. */
static uint64_t add(struct gt_bitmap *map, size_t object, uint64_t bits, bool shared)
{
    if (shared)
        gt_bitmap_add_with_others(map, object, bits);
    else
        gt_bitmap_add(map, object, bits);
    return gt_ones(bits);
}

/* A swept span's allocBits are the marks of the last cycle. `shared`: see is_shared(). */
static void judge_span(struct gt_gcmarks *marks, struct gt_gcmarks_part *part,
                       const struct gt_goheap *heap, const struct gt_region *region, bool shared)
{
    const struct gt_span *span = gt_vec_at(&heap->spans, region->tag);
    bool swept = is_swept(heap, span);
    uint64_t objects = 0;

    check_class(part, region, span);
    for (uint32_t slot = 0; slot < region->count; slot += 64) {
        size_t object = region->first + (size_t)slot;
        uint64_t allocated = gt_span_allocated(span, slot), marked = gt_span_marked(span, slot);
        if (swept && marked) part->under_way = true;
        if (swept) marked = gt_span_alloc_bits(span, slot);
        objects += add(&marks->marked, object, allocated & marked, shared);
        if (swept) part->unjudged += add(&marks->unjudged, object, allocated & ~marked, shared);
    }
    part->objects += objects;
    part->bytes += objects * region->slot_size;
}

static void fetch_span(const struct gt_goheap *heap, uint32_t number)
{
    if (number >= heap->graph.region_count) return;
    const struct gt_region *region = &heap->graph.regions[number];
    const struct gt_span *span = gt_vec_at(&heap->spans, region->tag);
    if (span->inline_bits) __builtin_prefetch(region->bytes + PAGE - CLASS_BYTE);
    if (span->alloc_bits) __builtin_prefetch(span->alloc_bits);
    if (span->mark_bits) __builtin_prefetch(span->mark_bits);
}

/* May another part have objects in a word that has some of the region's? [from, to) is the region's
 * own part. */
static bool is_shared(const struct gt_heap *graph, const struct gt_region *region, uint32_t from,
                      uint32_t to)
{
    uint64_t end = (uint64_t)region->first + region->count;

    return region->first / 64 == graph->regions[from].first / 64 ||
           (to < graph->region_count && (end + 63) / 64 > graph->regions[to].first / 64);
}

static void read_part(struct gt_gcmarks *marks, const struct gt_goheap *heap, size_t part)
{
    const struct gt_heap *graph = &heap->graph;
    uint32_t from = (uint32_t)part * PART_SPANS, left = graph->region_count - from;
    uint32_t to = from + (left < PART_SPANS ? left : PART_SPANS);

    for (uint32_t i = from; i < to; i++) {
        const struct gt_region *region = &graph->regions[i];
        fetch_span(heap, i + AHEAD);
        judge_span(marks, &marks->parts[part], heap, region, is_shared(graph, region, from, to));
    }
}

static uint64_t global_word(const struct gt_process *process, const char *name,
                            enum gt_field_id field)
{
    uint64_t addr, value = 0;
    struct gt_error *error = gt_process_global(process, name, &addr);

    if (error)
        gt_error_destroy(error);
    else
        gt_process_field(process, addr, field, &value);
    return value;
}

/* By the runtime's numbers: _GCoff is 0. */
static enum gt_gc_phase read_phase(const struct gt_process *process)
{
    static const enum gt_gc_phase phases[] = {GT_GC_OFF, GT_GC_MARK, GT_GC_MARK_TERMINATION};
    enum { COUNT = sizeof phases / sizeof *phases };
    uint64_t addr;
    uint32_t phase = COUNT; /* if the variable is not found */
    struct gt_error *error = gt_process_global(process, "runtime.gcphase", &addr);

    if (error)
        gt_error_destroy(error);
    else
        gt_mem_u32(process->mem, addr, &phase);
    return phase < COUNT ? phases[phase] : GT_GC_UNKNOWN;
}

void gt_gc_state_read(const struct gt_process *process, struct gt_gc_state *state)
{
    state->phase = read_phase(process);
    state->cycles = global_word(process, "runtime.memstats", GT_F_mstats_numgc);
    state->heap_marked = global_word(process, "runtime.gcController", GT_F_gcController_heapMarked);
}

/* Each mark that completes adds 2 to mheap_.sweepgen. */
void gt_gcmarks_begin(struct gt_gcmarks *marks, const struct gt_goheap *heap)
{
    enum gt_gc_phase phase = read_phase(heap->process);

    *marks = (struct gt_gcmarks){.none = heap->sweep_gen < 2};
    marks->under_way = phase == GT_GC_MARK || phase == GT_GC_MARK_TERMINATION;
    gt_bitmap_init(&marks->marked, heap->graph.objects);
    gt_bitmap_init(&marks->unjudged, heap->graph.objects);
    marks->part_count = heap->graph.region_count / PART_SPANS + 1;
    marks->parts = gt_calloc(marks->part_count, sizeof *marks->parts);
}

void gt_gcmarks_read(struct gt_gcmarks *marks, const struct gt_goheap *heap)
{
    for (;;) {
        size_t next = atomic_fetch_add(&marks->next_part, 1);
        if (next >= marks->part_count) return;
        read_part(marks, heap, next);
    }
}

void gt_gcmarks_end(struct gt_gcmarks *marks)
{
    for (size_t i = 0; i < marks->part_count; i++) {
        const struct gt_gcmarks_part *part = &marks->parts[i];
        if (!marks->foreign) marks->first_foreign = part->first_foreign;
        marks->foreign += part->foreign;
        marks->objects += part->objects;
        marks->bytes += part->bytes;
        marks->unjudged_objects += part->unjudged;
        marks->under_way |= part->under_way;
    }
    gt_free(marks->parts);
    marks->parts = NULL;
}

void gt_gcmarks_init(struct gt_gcmarks *marks, const struct gt_goheap *heap)
{
    gt_gcmarks_begin(marks, heap);
    gt_gcmarks_read(marks, heap);
    gt_gcmarks_end(marks);
}

void gt_gcmarks_deinit(struct gt_gcmarks *marks)
{
    gt_bitmap_deinit(&marks->marked);
    gt_bitmap_deinit(&marks->unjudged);
}

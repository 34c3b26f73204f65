/* Checks which pages are in use: by the arenas' bits, the heap's count, and the spans. */
#include "inspector/base/hash.h"
#include "inspector/runtime/consistency/consistency.h"
#include "inspector/runtime/heap/arenas.h"

enum {
    PAGE_SHIFT = 13,
    PAGE = 1 << PAGE_SHIFT,
    ARENA_PAGES = 1 << (GT_ARENA_SHIFT - PAGE_SHIFT),
    MAX_ARENAS = 1 << 22,
};

static const unsigned char *bits_of(const struct gt_arenas *arenas, uint64_t number)
{
    const struct gt_process *process = arenas->process;
    uint64_t arena = gt_arena_at(arenas, number);

    if (!arena) return NULL;
    return gt_mem_at(process->mem, arena + gt_off(&process->layout, GT_F_heapArena_pageInUse),
                     ARENA_PAGES / 8);
}

/* The bit of a span's first page is set after the span is in use, and cleared before it is free
 * again (mheap.go, allocSpan and freeSpanLocked). */
static void find_spans(const struct gt_goheap *heap, const struct gt_arenas *arenas,
                       uint64_t number)
{
    const unsigned char *bits = bits_of(arenas, number);
    uint64_t base = gt_arena_base(arenas, number);

    for (uint64_t i = 0; bits && i < ARENA_PAGES; i++) {
        if (!(bits[i / 8] >> i % 8 & 1)) continue;
        const struct gt_region *region = gt_heap_region(&heap->graph, base + (i << PAGE_SHIFT));
        if (!region || region->base != base + (i << PAGE_SHIFT))
            gt_contradict(&heap->process->contradictions, GT_CONTRADICTION_SPAN_STATE, 1,
                          base + (i << PAGE_SHIFT));
    }
}

static bool has_objects(const struct gt_goheap *heap, const struct gt_region *region)
{
    size_t found = gt_bitmap_next(&heap->graph.allocated, region->first);

    return found < (size_t)region->first + region->count;
}

/* Is it one of an arena that the runtime knows? Those of user arenas are not in its list. */
static bool is_in_arena(const struct gt_goheap *heap, const struct gt_arenas *arenas,
                        const struct gt_map *listed, const struct gt_region *region)
{
    const struct gt_span *span = gt_vec_at(&heap->spans, region->tag);
    uint64_t number = gt_arena_number(arenas, region->base), is_chunk = 0, arena;

    gt_process_field(heap->process, span->address, GT_F_mspan_isUserArenaChunk, &is_chunk);
    if (!is_chunk && !gt_map_find(listed, number)) return false;
    return !gt_mem_u64(heap->process->mem, arenas->list + 8 * number, &arena) ||
           gt_was_mapped(heap->process,
                         arena + gt_off(&heap->process->layout, GT_F_heapArena_pageInUse));
}

/* Only a span with objects is checked: it is neither being allocated nor being freed. */
static void find_bits(const struct gt_goheap *heap, const struct gt_arenas *arenas,
                      const struct gt_map *listed)
{
    const unsigned char *bits = NULL;
    uint64_t last = UINT64_MAX;

    for (uint32_t i = 0; i < heap->graph.region_count; i++) {
        const struct gt_region *region = &heap->graph.regions[i];
        uint64_t number = gt_arena_number(arenas, region->base);
        if (number != last) bits = bits_of(arenas, number);
        if (number != last && !is_in_arena(heap, arenas, listed, region))
            gt_contradict(&heap->process->contradictions, GT_CONTRADICTION_ARENAS, 1, region->base);
        last = number;
        uint64_t page = (region->base - gt_arena_base(arenas, number)) >> PAGE_SHIFT;
        if (bits && !(bits[page / 8] >> page % 8 & 1) && has_objects(heap, region))
            gt_contradict(&heap->process->contradictions, GT_CONTRADICTION_SPAN_STATE, 1,
                          region->base);
    }
}

static void compare_bits(const struct gt_goheap *heap)
{
    const struct gt_process *process = heap->process;
    struct gt_arenas arenas;
    struct gt_slice numbers;
    struct gt_map listed = {0};
    uint64_t number;

    if (!gt_has(&process->layout, GT_F_heapArena_pageInUse) ||
        !gt_has(&process->layout, GT_F_mheap_arena_numbers) ||
        !gt_arenas_find(process, heap->mheap, &arenas))
        return;
    uint64_t at = heap->mheap + gt_off(&process->layout, GT_F_mheap_arena_numbers);
    if (!gt_process_slice(process, at, 8, &numbers)) return;
    for (uint64_t i = 0; i < numbers.len && i < MAX_ARENAS; i++)
        if (gt_mem_u64(process->mem, numbers.ptr + 8 * i, &number)) {
            gt_map_put(&listed, number, NULL);
            find_spans(heap, &arenas, number);
        }
    find_bits(heap, &arenas, &listed);
    gt_map_deinit(&listed);
}

/* A thread that allocates or frees a span may have counted it or not. */
static void compare_count(const struct gt_goheap *heap)
{
    uint64_t said, counted = heap->heap_bytes >> PAGE_SHIFT, largest = 0;

    if (!gt_process_field(heap->process, heap->mheap, GT_F_mheap_pagesInUse, &said)) return;
    for (size_t i = 0; i < heap->spans.len; i++) {
        const struct gt_span *span = gt_vec_at(&heap->spans, i);
        if (span->npages > largest) largest = span->npages;
    }
    uint64_t apart = said > counted ? said - counted : counted - said;
    if (apart > largest)
        gt_contradict(&heap->process->contradictions, GT_CONTRADICTION_SPAN_PAGES, apart,
                      heap->mheap);
}

/* An empty list of spans is a contradiction: the runtime has objects of its own from the start. */
void gt_consistency_of_pages(const struct gt_goheap *heap)
{
    if (!heap->spans.len)
        gt_contradict(&heap->process->contradictions, GT_CONTRADICTION_SPAN_STATE, 1, heap->mheap);
    compare_bits(heap);
    compare_count(heap);
}

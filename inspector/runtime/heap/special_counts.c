/* Counts the pages that have specials by their arenas' bits and none by their spans, and the
 * specials that the allocators have in use beyond those that were read. The larger count is the
 * answer if the running goroutines cannot explain it. */
#include "inspector/runtime/heap/special_counts.h"

#include "inspector/base/error.h"

enum {
    PAGE_SHIFT = 13,
    ARENA_PAGES = 1 << (GT_ARENA_SHIFT - PAGE_SHIFT),
    AT_HAND = 2, /* specials that one goroutine may be changing: it adds one, and first frees one to
                  * sweep the span */
};

/* One row a kind: fields with its allocator's bytes in use and the size of one special. */
static const struct {
    enum gt_special_kind kind;
    enum gt_field_id in_use, size;
} allocators[] = {
    {GT_SPECIAL_FINALIZER, GT_F_mheap_finalizer_inuse, GT_F_mheap_finalizer_size},
    {GT_SPECIAL_CLEANUP, GT_F_mheap_cleanup_inuse, GT_F_mheap_cleanup_size},
    {GT_SPECIAL_WEAK_HANDLE, GT_F_mheap_weak_inuse, GT_F_mheap_weak_size},
};

/* Does the span at this page have specials, or is it being swept, which first removes them? */
static bool is_known(const struct gt_goheap *heap, uint64_t page)
{
    const struct gt_region *region = gt_heap_region(&heap->graph, page);

    if (!region || region->base != page) return false;
    const struct gt_span *span = gt_vec_at(&heap->spans, region->tag);
    return span->specials || span->sweep_gen == heap->sweep_gen - 1;
}

/* Pages of one arena that have specials by their bits, and none by their spans. */
static uint64_t count_pages(const struct gt_goheap *heap, const struct gt_arenas *arenas,
                            uint64_t number)
{
    const struct gt_process *process = heap->process;
    uint64_t arena = gt_arena_at(arenas, number), missed = 0;
    uint64_t at = arena + gt_off(&process->layout, GT_F_heapArena_pageSpecials);
    const unsigned char *bits = arena ? gt_mem_at(process->mem, at, ARENA_PAGES / 8) : NULL;

    for (uint64_t i = 0; bits && i < ARENA_PAGES; i++)
        if (bits[i / 8] >> i % 8 & 1)
            missed += !is_known(heap, gt_arena_base(arenas, number) + (i << PAGE_SHIFT));
    return missed;
}

static uint64_t missed_pages(const struct gt_goheap *heap, uint64_t mheap)
{
    struct gt_arenas arenas;
    uint64_t missed = 0, next = 0;

    if (!gt_has(&heap->process->layout, GT_F_heapArena_pageSpecials) ||
        !gt_arenas_find(heap->process, mheap, &arenas))
        return 0;
    for (uint32_t i = 0; i < heap->graph.region_count; i++) {
        uint64_t number = gt_arena_number(&arenas, heap->graph.regions[i].base);
        if (number < next) continue;
        missed += count_pages(heap, &arenas, number);
        next = number + 1;
    }
    return missed;
}

static uint64_t count_read(const struct gt_specials *specials, enum gt_special_kind kind)
{
    uint64_t count = 0;

    for (size_t i = 0; i < specials->list.len; i++)
        count += gt_special_at(specials, i)->kind == kind;
    return count;
}

static uint64_t missed_of_allocators(const struct gt_process *process,
                                     const struct gt_specials *specials, uint64_t mheap)
{
    uint64_t missed = 0, in_use, size;

    for (size_t i = 0; i < sizeof allocators / sizeof *allocators; i++) {
        if (!gt_process_field(process, mheap, allocators[i].in_use, &in_use) ||
            !gt_process_field(process, mheap, allocators[i].size, &size) || !size)
            continue;
        uint64_t read = count_read(specials, allocators[i].kind);
        if (in_use / size > read) missed += in_use / size - read;
    }
    return missed;
}

uint64_t gt_specials_missed(const struct gt_goheap *heap, const struct gt_specials *specials,
                            uint64_t running)
{
    uint64_t mheap;
    struct gt_error *error = gt_process_global(heap->process, "runtime.mheap_", &mheap);

    if (error) {
        gt_error_destroy(error);
        return 0;
    }
    uint64_t pages = missed_pages(heap, mheap);
    uint64_t counted = missed_of_allocators(heap->process, specials, mheap);
    uint64_t most = pages > counted ? pages : counted;
    return most > AT_HAND * running ? most : 0;
}

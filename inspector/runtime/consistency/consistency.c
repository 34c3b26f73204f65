/* Runs the checks one after the other, of which those of finalizers are here. It also has what
 * several checks need: the list of Ps, whether a lock is held, whether memory was mapped. */
#include "inspector/runtime/consistency/consistency.h"

#include "inspector/base/error.h"
#include "inspector/base/search.h"
#include "inspector/runtime/heap/special_counts.h"

enum {
    P_RUNNING = 1, /* _Prunning */
    KIND = 23,     /* abi.Type.Kind_, of whose bits these are the kind */
    KIND_BITS = 31,
    TINY = 16, /* bytes of a block of the tiny allocator: a finalizer may be for a part of it */
};

struct gt_slice gt_processors(const struct gt_process *process)
{
    struct gt_slice allp = {0};
    uint64_t addr;
    struct gt_error *error = gt_process_global(process, "runtime.allp", &addr);

    if (error || !gt_process_slice(process, addr, 8, &allp)) allp = (struct gt_slice){0};
    gt_error_destroy(error);
    return allp;
}

uint64_t gt_running_processors(const struct gt_process *process)
{
    struct gt_slice allp = gt_processors(process);
    uint64_t p, status, running = 0;

    for (uint64_t i = 0; i < allp.len; i++)
        running += gt_mem_u64(process->mem, allp.ptr + i * 8, &p) &&
                   gt_process_field(process, p, GT_F_p_status, &status) && status == P_RUNNING;
    return running;
}

bool gt_has_code(const struct gt_process *process, uint64_t funcval)
{
    uint64_t pc;

    return gt_mem_u64(process->mem, funcval, &pc) && gt_process_is_entry(process, pc);
}

bool gt_lock_is_held(const struct gt_process *process, uint64_t owner, enum gt_field_id lock)
{
    uint64_t key;

    return !gt_process_field(process, owner, lock, &key) || key;
}

static uint64_t end_of_segment(const void *segments, size_t index)
{
    return ((const struct gt_segment *)segments)[index].end;
}

bool gt_was_mapped(const struct gt_process *process, uint64_t addr)
{
    size_t count;
    const struct gt_segment *segments = gt_core_segments(process->core, &count);
    size_t i = gt_upper_bound(segments, 0, count, addr, end_of_segment);

    /* gcore leaves out segments that are as in the binary. */
    return (i < count && segments[i].start <= addr) || gt_mem_at(process->mem, addr, 1);
}

void gt_consistency_of_goroutines(struct gt_process *process,
                                  const struct gt_goroutines *goroutines)
{
    gt_consistency_of_scheduler(process, goroutines);
    gt_consistency_of_processors(process, goroutines);
    gt_consistency_of_threads(process);
    gt_consistency_of_waits(process, goroutines);
    gt_consistency_of_timers(process);
    gt_consistency_of_channels(process, goroutines);
    gt_consistency_of_code(process, goroutines);
    gt_consistency_of_creations(process, goroutines);
    gt_consistency_of_tables(process);
}

static uint64_t count_running(const struct gt_goroutines *goroutines)
{
    uint64_t running = 0;

    for (uint32_t i = 0; i < goroutines->count; i++)
        running += goroutines->list[i].status == GT_G_RUNNING;
    return running;
}

/* SetFinalizer takes a pointer to the start of an object, and records the pointer's type. */
static bool is_finalized(const struct gt_goheap *heap, const struct gt_special *special)
{
    const struct gt_process *process = heap->process;
    uint64_t object = gt_heap_address(&heap->graph, special->object), offset, type;
    const struct gt_region *region = gt_heap_region(&heap->graph, object);
    unsigned char kind;

    if (gt_process_field(process, special->address, GT_F_specialfinalizer_ot, &type) &&
        gt_mem_u8(process->mem, type + KIND, &kind) && (kind & KIND_BITS) != GT_T_POINTER)
        return false;
    return !region || region->slot_size == TINY ||
           !gt_process_field(process, special->address, GT_F_special_offset, &offset) ||
           region->base + offset == object + region->skip;
}

static void check_finalizers(const struct gt_goheap *heap, const struct gt_specials *specials)
{
    struct gt_contradictions *all = &heap->process->contradictions;

    for (size_t i = 0; i < specials->list.len; i++) {
        const struct gt_special *special = gt_special_at(specials, i);
        if (special->kind != GT_SPECIAL_FINALIZER) continue;
        if (!gt_has_code(heap->process, special->words[0]))
            gt_contradict(all, GT_CONTRADICTION_FINALIZERS, 1, special->address);
        if (!is_finalized(heap, special))
            gt_contradict(all, GT_CONTRADICTION_FINALIZED, 1, special->address);
    }
}

void gt_consistency_of_heap(const struct gt_goheap *heap, const struct gt_goroutines *goroutines,
                            const struct gt_specials *specials)
{
    struct gt_contradictions *all = &heap->process->contradictions;

    gt_consistency_of_spans(heap);
    gt_consistency_of_pages(heap);
    gt_consistency_of_collections(heap);
    gt_consistency_of_buffers(heap, goroutines);
    gt_consistency_of_stacks(heap, goroutines);
    gt_consistency_of_defer_lists(heap, goroutines);
    check_finalizers(heap, specials);
    gt_contradict(all, GT_CONTRADICTION_SPECIALS,
                  gt_specials_missed(heap, specials, count_running(goroutines)), 0);
}

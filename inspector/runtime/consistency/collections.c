/* Checks how many collections ended, which memstats and the heap count, and whether the collector
 * is at work (runtime/mgc.go). */
#include "inspector/runtime/consistency/consistency.h"

#include "inspector/base/error.h"

enum { BY_COLLECTION = 2, /* what each adds to mheap_.sweepgen */ P_STOPPED = 3 /* _Pgcstop */ };

static bool global_at(const struct gt_process *process, const char *name, uint64_t *addr)
{
    struct gt_error *error = gt_process_global(process, name, addr);
    bool known = !error;

    gt_error_destroy(error);
    return known;
}

/* A collection ends while all threads are stopped, and the P that stopped them says so. */
static bool is_stopped(const struct gt_process *process)
{
    struct gt_slice allp = gt_processors(process);
    uint64_t p, status;

    for (uint64_t i = 0; i < allp.len; i++)
        if (gt_mem_u64(process->mem, allp.ptr + 8 * i, &p) &&
            gt_process_field(process, p, GT_F_p_status, &status) && status == P_STOPPED)
            return true;
    return false;
}

static bool counts_agree(const struct gt_goheap *heap)
{
    const struct gt_process *process = heap->process;
    uint32_t ended = heap->sweep_gen / BY_COLLECTION;
    uint64_t addr, said;

    return !global_at(process, "runtime.memstats", &addr) ||
           !gt_process_field(process, addr, GT_F_mstats_numgc, &said) || ended == said ||
           (ended == said + 1 && is_stopped(process));
}

/* The write barrier is on as long as the collector marks (setGCPhase). */
static bool phase_agrees(const struct gt_process *process)
{
    uint64_t addr;
    uint32_t phase;
    uint8_t enabled;

    return !global_at(process, "runtime.gcphase", &addr) ||
           !gt_mem_u32(process->mem, addr, &phase) || !phase ||
           !global_at(process, "runtime.writeBarrier", &addr) ||
           !gt_mem_u8(process->mem, addr, &enabled) || enabled || is_stopped(process);
}

void gt_consistency_of_collections(const struct gt_goheap *heap)
{
    gt_contradict(&heap->process->contradictions, GT_CONTRADICTION_COLLECTIONS,
                  !counts_agree(heap) + !phase_agrees(heap->process), 0);
}

/* Looks an arena up in the runtime's array by its number, which is the address plus the machine's
 * offset, divided by the size of an arena. */
#include "inspector/runtime/heap/arenas.h"

static const uint64_t AMD64_OFFSET = (uint64_t)1 << 47; /* -arenaBaseOffset */

/* mheap_.arenas has one entry, since 64-bit Linux uses only the second level. */
bool gt_arenas_find(const struct gt_process *process, uint64_t mheap, struct gt_arenas *out)
{
    bool arm64 = gt_core_machine(process->core) == GT_MACHINE_ARM64;

    *out = (struct gt_arenas){.process = process, .offset = arm64 ? 0 : AMD64_OFFSET};
    return gt_has(&process->layout, GT_F_mheap_arenas) &&
           gt_mem_u64(process->mem, mheap + gt_off(&process->layout, GT_F_mheap_arenas),
                      &out->list);
}

uint64_t gt_arena_at(const struct gt_arenas *arenas, uint64_t number)
{
    uint64_t arena;

    return gt_mem_u64(arenas->process->mem, arenas->list + number * 8, &arena) ? arena : 0;
}

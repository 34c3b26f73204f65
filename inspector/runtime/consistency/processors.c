/* Checks the list of Ps: each is at the place that is its number, and those beyond the list's end
 * are dead (runtime/proc.go, procresize). */
#include "inspector/runtime/consistency/consistency.h"

enum { P_DEAD = 4, MOST_PROCESSORS = 1 << 16 };

static bool is_dead(const struct gt_process *process, uint64_t p)
{
    uint64_t status;

    return !p || !gt_process_field(process, p, GT_F_p_status, &status) || status == P_DEAD;
}

static bool is_number(const struct gt_process *process, uint64_t p, uint64_t number)
{
    uint64_t id;

    return !p || !gt_process_field(process, p, GT_F_p_id, &id) || id == number;
}

void gt_consistency_of_processors(struct gt_process *process)
{
    struct gt_slice allp = gt_processors(process);
    uint64_t p;

    for (uint64_t i = 0; i < allp.cap && i < MOST_PROCESSORS; i++)
        if (gt_mem_u64(process->mem, allp.ptr + 8 * i, &p) &&
            (i < allp.len ? !is_number(process, p, i) : !is_dead(process, p)))
            gt_contradict(&process->contradictions, GT_CONTRADICTION_ALLP, 1, p);
}

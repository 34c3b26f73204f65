/* Checks the list of Ps: each is at the place that is its number and has an mcache, those beyond
 * the list's end are dead (runtime/proc.go, procresize), and each that runs code of Go has the
 * thread that has it (wirep, releasep). */
#include "inspector/runtime/consistency/consistency.h"

#include "inspector/base/error.h"

enum { P_RUNNING = 1, P_STOPPED = 3, P_DEAD = 4, MOST_PROCESSORS = 1 << 16 };

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

/* A P that goes loses its mcache before it is dead, under the scheduler's lock. */
static bool may_go(const struct gt_process *process)
{
    uint64_t sched;
    struct gt_error *error = gt_process_global(process, "runtime.sched", &sched);
    bool known = !error;

    gt_error_destroy(error);
    return !known || gt_lock_is_held(process, sched, GT_F_sched_lock);
}

static bool is_sound(const struct gt_process *process, uint64_t p, bool may_lack)
{
    uint64_t status, mcache;

    if (!p || !gt_process_field(process, p, GT_F_p_status, &status)) return true;
    if (status >= P_DEAD || may_lack) return status <= P_DEAD;
    return !gt_process_field(process, p, GT_F_p_mcache, &mcache) || mcache;
}

/* A thread that runs a goroutine has a P, unless it is about to begin or end a system call: then
 * the goroutine still says where it made it. Says nothing of a thread that does not run it. */
static bool is_on_processor(const struct gt_process *process, uint64_t g)
{
    uint64_t m, runs, call, p, of, status;

    if (!gt_process_field(process, g, GT_F_g_m, &m) ||
        !gt_process_field(process, m, GT_F_m_curg, &runs) || runs != g ||
        !gt_process_field(process, g, GT_F_g_syscallsp, &call) || call ||
        !gt_process_field(process, m, GT_F_m_p, &p))
        return true;
    return gt_process_field(process, p, GT_F_p_status, &status) &&
           (status == P_RUNNING || status == P_STOPPED) &&
           (!gt_process_field(process, p, GT_F_p_m, &of) || of == m);
}

static void check_running(struct gt_process *process, const struct gt_goroutines *goroutines)
{
    for (uint32_t i = 0; i < goroutines->count; i++) {
        const struct gt_goroutine *g = &goroutines->list[i];
        if (g->status == GT_G_RUNNING && !is_on_processor(process, g->address))
            gt_contradict(&process->contradictions, GT_CONTRADICTION_P_STATE, 1, g->address);
    }
}

void gt_consistency_of_processors(struct gt_process *process,
                                  const struct gt_goroutines *goroutines)
{
    struct gt_slice allp = gt_processors(process);
    bool may_lack = may_go(process);
    uint64_t p;

    for (uint64_t i = 0; i < allp.len && i < MOST_PROCESSORS; i++)
        if (gt_mem_u64(process->mem, allp.ptr + 8 * i, &p) && !is_sound(process, p, may_lack))
            gt_contradict(&process->contradictions, GT_CONTRADICTION_P_STATE, 1, p);
    for (uint64_t i = 0; i < allp.cap && i < MOST_PROCESSORS; i++)
        if (gt_mem_u64(process->mem, allp.ptr + 8 * i, &p) &&
            (i < allp.len ? !is_number(process, p, i) : !is_dead(process, p)))
            gt_contradict(&process->contradictions, GT_CONTRADICTION_ALLP, 1, p);
    if (!may_lack) check_running(process, goroutines);
}

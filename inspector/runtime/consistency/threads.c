/* Checks the runtime's threads (Ms) against the goroutines that they run and against the core's
 * threads (runtime/proc.go). */
#include "inspector/runtime/consistency/consistency.h"

#include "inspector/base/error.h"
#include "inspector/base/hash.h"
#include "inspector/base/loop.h"
#include "inspector/base/numbers.h"
#include "inspector/runtime/process/threads.h"

enum { P_RUNNING = 1, SCAN_BIT = 0x1000, MOST_LISTED = 1 << 24 };

struct checker {
    struct gt_process *process;
    struct gt_map tids; /* of Ms */
    struct gt_u64s ms;  /* those with a tid */
};

static bool is_alive(const struct gt_process *process, uint64_t g)
{
    uint64_t status;

    if (!g || !gt_process_field(process, g, GT_F_g_atomicstatus, &status)) return false;
    status &= ~(uint64_t)SCAN_BIT;
    return status != GT_G_IDLE && status != GT_G_DEAD && status != GT_G_DEADEXTRA;
}

/* Only a thread with a P gives a goroutine up or takes one (dropg, execute, coroswitch_m). */
static bool may_change(const struct gt_process *process, uint64_t m)
{
    uint64_t p, status;

    return !gt_process_field(process, m, GT_F_m_p, &p) ||
           (p && gt_process_field(process, p, GT_F_p_status, &status) && status == P_RUNNING);
}

/* dropg and execute change g.m while m.curg leads to the goroutine. */
static bool is_run(const struct gt_process *process, uint64_t m, uint64_t g)
{
    uint64_t of;

    return gt_process_field(process, g, GT_F_g_m, &of) &&
           (of == m || (!of && may_change(process, m)));
}

/* minit notes the thread's number before the thread runs a goroutine. The Ms that wait for calls
 * from C keep a dead one, and perhaps the number of the last caller's thread. */
static void check_thread(struct checker *checker, uint64_t m)
{
    struct gt_process *process = checker->process;
    uint64_t g, tid;
    bool added = true;

    if (!gt_process_field(process, m, GT_F_m_curg, &g)) return;
    if (g && !is_run(process, m, g))
        gt_contradict(&process->contradictions, GT_CONTRADICTION_RUNNING, 1, m);
    if (!gt_process_field(process, m, GT_F_m_procid, &tid) || (g && !is_alive(process, g))) return;
    if (tid) gt_map_put(&checker->tids, tid, &added);
    if (tid) gt_u64s_add(&checker->ms, m);
    if (!added || (g && !tid)) gt_contradict(&process->contradictions, GT_CONTRADICTION_TIDS, 1, m);
}

/* A child of fork has one thread only, and Ms for all of its parent's. */
static void check_numbers(const struct checker *checker)
{
    struct gt_process *process = checker->process;
    size_t count;

    gt_core_threads(process->core, &count);
    if (gt_threads_are_renumbered(process) || count < checker->ms.len) return;
    for (size_t i = 0; i < checker->ms.len; i++) {
        uint64_t m = checker->ms.at[i], tid;
        const struct gt_thread *thread = gt_threads_of(process, m);
        if (gt_process_field(process, m, GT_F_m_procid, &tid) &&
            (!thread || (uint64_t)thread->tid != tid))
            gt_contradict(&process->contradictions, GT_CONTRADICTION_TIDS, 1, m);
    }
}

void gt_consistency_of_threads(struct gt_process *process)
{
    struct checker checker = {.process = process};
    struct gt_loop loop = {0};
    uint64_t m;
    struct gt_error *error = gt_process_global(process, "runtime.allm", &m);
    bool known = !error && gt_mem_u64(process->mem, m, &m);

    gt_error_destroy(error);
    if (!known) return;
    for (uint32_t i = 0; m && i < MOST_LISTED && !gt_loop_closed(&loop, m); i++) {
        check_thread(&checker, m);
        if (!gt_process_field(process, m, GT_F_m_alllink, &m)) break;
    }
    check_numbers(&checker);
    gt_map_deinit(&checker.tids);
    gt_u64s_deinit(&checker.ms);
}

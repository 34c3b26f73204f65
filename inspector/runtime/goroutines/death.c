/* Looks for an m that was dying, and takes its thread and goroutine. If there is none, it takes the
 * core's first thread. The signal is then read from the g where it became a panic, from the frame
 * of its handler, or from the core's note. */
#include "inspector/runtime/goroutines/death.h"

#include "inspector/runtime/goroutines/handlers.h"
#include "inspector/runtime/goroutines/registers.h"
#include "inspector/runtime/goroutines/thread_walk.h"
#include "inspector/runtime/process/threads.h"

#include <signal.h>
#include <string.h>

static uint64_t field_of(const struct gt_process *process, uint64_t addr, enum gt_field_id field)
{
    uint64_t value = 0;

    return addr && gt_process_field(process, addr, field, &value) ? value : 0;
}

/* ---- the goroutine that died --------------------------------------------------------------- */

static void keep_dying(const struct gt_process *process, uint64_t m, struct gt_u64s *dying)
{
    if (field_of(process, m, GT_F_m_dying)) gt_u64s_add(dying, m);
}

/* For cores without the list of all ms: the ms that goroutines run on. */
static void keep_dying_of(const struct gt_process *process, const struct gt_goroutines *goroutines,
                          struct gt_u64s *dying)
{
    for (uint32_t i = 0; i < goroutines->count && !dying->len; i++)
        keep_dying(process, field_of(process, goroutines->list[i].address, GT_F_g_m), dying);
}

static struct gt_u64s find_dying(const struct gt_process *process,
                                 const struct gt_goroutines *goroutines)
{
    struct gt_u64s dying = {0}, all = gt_all_ms(process);

    for (size_t i = 0; i < all.len; i++)
        keep_dying(process, all.at[i], &dying);
    if (!all.len) keep_dying_of(process, goroutines, &dying);
    gt_u64s_deinit(&all);
    return dying;
}

/* An m that has printed everything waits for other ms that panic, by locking a lock twice. The
 * first m there passes the first lock, so it waits at the later instruction (runtime.dopanic_m).
 * Returns that pc, or 0 for an m that does not wait there. */
static uint64_t printed_at(struct gt_process *process, uint64_t m)
{
    const struct gt_thread *thread = gt_threads_of(process, m);
    struct gt_thread_walk walk;

    if (!thread) return 0;
    gt_thread_walk(process, thread, m, NULL, &walk);
    for (size_t i = 0; i < walk.frame_count; i++)
        if (strcmp(gt_process_function(process, walk.frames[i].pc), "runtime.dopanic_m") == 0)
            return walk.frames[i].pc;
    return 0;
}

static bool raised_the_end(const struct gt_process *process, uint64_t m)
{
    size_t count;
    const struct gt_thread *thread = gt_threads_of(process, m);

    return thread && thread == gt_core_threads(process->core, &count);
}

/* Of several ms that die at once, the first one has printed everything. Otherwise it is the m that
 * raised the signal for the core: its thread is the core's first. */
static uint64_t choose(struct gt_process *process, const struct gt_u64s *dying)
{
    uint64_t chosen = dying->len ? dying->at[0] : 0, latest = 0;

    for (size_t i = 0; dying->len > 1 && i < dying->len; i++) {
        uint64_t m = dying->at[i], printed = printed_at(process, m);
        if (printed > latest || (!latest && raised_the_end(process, m))) chosen = m;
        if (printed > latest) latest = printed;
    }
    return chosen;
}

static const struct gt_goroutine *at_address(const struct gt_goroutines *goroutines, uint64_t g)
{
    for (uint32_t i = 0; g && i < goroutines->count; i++)
        if (goroutines->list[i].address == g) return &goroutines->list[i];
    return NULL;
}

/* A signal may hit g0, on which the runtime or C works for a goroutine. */
static const struct gt_goroutine *run_by(const struct gt_process *process,
                                         const struct gt_goroutines *goroutines, uint64_t m)
{
    const struct gt_goroutine *caught =
        at_address(goroutines, field_of(process, m, GT_F_m_caughtsig));

    return caught ? caught : at_address(goroutines, field_of(process, m, GT_F_m_curg));
}

/* The goroutine of the thread that the kernel killed. */
static const struct gt_goroutine *run_by_thread(const struct gt_process *process,
                                                const struct gt_goroutines *goroutines,
                                                const struct gt_thread *thread)
{
    for (uint32_t i = 0; i < goroutines->count; i++) {
        uint64_t m = field_of(process, goroutines->list[i].address, GT_F_g_m);
        if (m && gt_threads_of(process, m) == thread) return &goroutines->list[i];
    }
    return NULL;
}

/* A debugger's core is of a live process, which at most stopped at a fault. */
static bool ended_by_kernel(const struct gt_core *core)
{
    const struct gt_siginfo *info = gt_core_siginfo(core);

    if (!gt_core_from_gcore(core)) return info->signal != 0;
    return gt_siginfo_is_fault(info) && info->signal != SIGTRAP;
}

void gt_death_find(struct gt_process *process, const struct gt_goroutines *goroutines,
                   struct gt_death *out)
{
    struct gt_u64s dying = find_dying(process, goroutines);
    size_t count;
    const struct gt_thread *threads = gt_core_threads(process->core, &count);

    *out = (struct gt_death){.m = choose(process, &dying)};
    gt_u64s_deinit(&dying);
    out->died = out->m || ended_by_kernel(process->core);
    if (!out->died) return;
    out->thread = out->m ? gt_threads_of(process, out->m) : count ? threads : NULL;
    if (out->m)
        out->g = run_by(process, goroutines, out->m);
    else if (out->thread && !gt_handled_badly(process, out->thread))
        out->g = run_by_thread(process, goroutines, out->thread);
}

/* ---- the signal ---------------------------------------------------------------------------- */

/* A handler that ends the process counts as throwing too. It dies for the second time if an error
 * came before it. */
bool gt_death_is_throw(const struct gt_process *process, const struct gt_death *death)
{
    if (!field_of(process, death->m, GT_F_m_throwing)) return false;
    return !field_of(process, death->m, GT_F_m_caughtsig) ||
           field_of(process, death->m, GT_F_m_dying) > 1;
}

static bool called_sigpanic(const struct gt_process *process,
                            const struct gt_goroutines *goroutines, const struct gt_goroutine *g)
{
    for (uint32_t i = 0; i < g->frame_count; i++) {
        uint64_t pc = gt_g_frame(goroutines, g, i)->pc;
        if (strcmp(gt_process_function(process, i ? pc - 1 : pc), "runtime.sigpanic") == 0)
            return true;
    }
    return false;
}

/* The g on which runtime.sigpanic was called: the signal handler recorded the fault there. It is
 * the g of the code that faulted. It is g0 if C or the runtime faulted, and then the runtime dies
 * of that. */
static uint64_t find_faulted(const struct gt_process *process,
                             const struct gt_goroutines *goroutines, const char *fatal_error,
                             const struct gt_death *death)
{
    if (death->g && called_sigpanic(process, goroutines, death->g)) return death->g->address;
    if (strcmp(fatal_error, "unexpected signal during runtime execution") != 0) return 0;
    return field_of(process, death->m, GT_F_m_g0);
}

static void read_panicked(const struct gt_process *process, const struct gt_goroutines *goroutines,
                          const char *fatal_error, struct gt_death *death)
{
    uint64_t signal = 0, code = 0, g = find_faulted(process, goroutines, fatal_error, death);
    struct gt_siginfo *info = &death->signal;

    if (!g || !gt_process_field(process, g, GT_F_g_sig, &signal)) return;
    info->signal = (int32_t)(signal & 0xff);
    info->has_code = gt_process_field(process, g, GT_F_g_sigcode0, &code) &&
                     gt_process_field(process, g, GT_F_g_sigcode1, &info->value);
    info->code = (int32_t)(uint32_t)code;
    death->pc = field_of(process, g, GT_F_g_sigpc);
}

static bool find_caught(const struct gt_process *process, const struct gt_death *death,
                        struct gt_caught *out)
{
    struct gt_handled handled;

    if (!death->thread || !gt_handled_ending(process, death->thread, &handled))
        return gt_signal_handled(process, death->m, out);
    *out = (struct gt_caught){handled.signal, handled.interrupted.pc};
    return true;
}

/* The signal did not become a panic: the handler itself ends the process. */
static void read_caught(const struct gt_process *process, struct gt_death *death)
{
    struct gt_caught caught;

    if (!field_of(process, death->m, GT_F_m_caughtsig)) return;
    death->lost = !find_caught(process, death, &caught);
    if (death->lost) return;
    death->caught = true;
    death->signal = caught.signal;
    death->pc = caught.pc;
}

/* Go's handler sends a signal that hit a thread of C again: the first one counts. */
static void read_ended(const struct gt_process *process, struct gt_death *death)
{
    struct gt_handled first;

    death->signal = *gt_core_siginfo(process->core);
    if (!death->thread) return;
    death->pc = death->thread->pc;
    if (!gt_handled_badly(process, death->thread) ||
        !gt_handled_first(process, death->thread, &first))
        return;
    death->signal = first.signal;
    death->pc = first.interrupted.pc;
}

void gt_death_read_signal(const struct gt_process *process, const struct gt_goroutines *goroutines,
                          const char *fatal_error, struct gt_death *death)
{
    if (!death->died) return;
    if (!death->m) {
        read_ended(process, death);
        return;
    }
    read_panicked(process, goroutines, fatal_error, death);
    if (!death->signal.signal) read_caught(process, death);
}

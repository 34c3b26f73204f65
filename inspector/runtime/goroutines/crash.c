#include "inspector/runtime/goroutines/crash.h"

#include "inspector/base/error.h"
#include "inspector/runtime/goroutines/registers.h"
#include "inspector/runtime/process/threads.h"

#include <string.h>

#define FATAL "fatal error: "

enum { SPARE_THREADS = 1024 }; /* ms that have no thread, at most */

static const char *function_of(const struct gt_process *process,
                               const struct gt_goroutines *goroutines, const struct gt_goroutine *g,
                               uint32_t frame)
{
    uint64_t pc = gt_g_frame(goroutines, g, frame)->pc;

    return gt_process_function(process, frame ? pc - 1 : pc);
}

/* ---- who died ---------------------------------------------------------------------------------
 */

/* The m that runs a goroutine, if it is ending the process; else 0. */
static uint64_t dying_m(const struct gt_process *process, const struct gt_goroutine *g)
{
    uint64_t m, dying, current = 0, caught = 0;

    if (!gt_process_field(process, g->address, GT_F_g_m, &m) || !m ||
        !gt_process_field(process, m, GT_F_m_dying, &dying) || !dying)
        return 0;
    gt_process_field(process, m, GT_F_m_curg, &current);
    gt_process_field(process, m, GT_F_m_caughtsig, &caught);
    return current == g->address || caught == g->address ? m : 0;
}

static uint64_t find_dying(const struct gt_process *process, const struct gt_goroutines *goroutines,
                           struct gt_crash *crash)
{
    for (uint32_t i = 0; i < goroutines->count; i++) {
        uint64_t m = dying_m(process, &goroutines->list[i]);
        if (!m) continue;
        crash->g = &goroutines->list[i];
        return m;
    }
    return 0;
}

/* The goroutine of the thread that the kernel ended. */
static const struct gt_goroutine *find_ended(const struct gt_process *process,
                                             const struct gt_goroutines *goroutines)
{
    size_t count;
    const struct gt_thread *threads = gt_core_threads(process->core, &count);
    uint64_t m;

    for (uint32_t i = 0; count && i < goroutines->count; i++)
        if (gt_process_field(process, goroutines->list[i].address, GT_F_g_m, &m) && m &&
            gt_threads_of(process, m) == &threads[0])
            return &goroutines->list[i];
    return NULL;
}

/* A thread that runs no goroutine ends the process too, when it finds that all of them wait. */
static uint64_t find_idle_dying(const struct gt_process *process)
{
    uint64_t addr, m = 0, dying = 0;
    size_t most;
    struct gt_error *error = gt_process_global(process, "runtime.allm", &addr);

    if (error) {
        gt_error_free(error);
        return 0;
    }
    gt_core_threads(process->core, &most);
    gt_mem_u64(process->mem, addr, &m);
    for (most += SPARE_THREADS; m && most; most--) {
        if (!gt_process_field(process, m, GT_F_m_dying, &dying)) return 0;
        if (dying) return m;
        if (!gt_process_field(process, m, GT_F_m_alllink, &m)) return 0;
    }
    return 0;
}

/* ---- of what ----------------------------------------------------------------------------------
 */

static bool called_sigpanic(const struct gt_process *process,
                            const struct gt_goroutines *goroutines, const struct gt_goroutine *g)
{
    for (uint32_t i = 0; i < g->frame_count; i++)
        if (strcmp(function_of(process, goroutines, g, i), "runtime.sigpanic") == 0) return true;
    return false;
}

/* The g that runtime.sigpanic was called on, where the signal handler noted the fault: that of code
 * that faulted, or g0 where it was C's or the runtime's, which is why the runtime dies then. */
static uint64_t find_faulted(const struct gt_process *process,
                             const struct gt_goroutines *goroutines, uint64_t m,
                             const struct gt_crash *crash)
{
    uint64_t g0 = 0;

    if (crash->g && called_sigpanic(process, goroutines, crash->g)) return crash->g->address;
    if (strcmp(crash->fatal_error, "unexpected signal during runtime execution") == 0)
        gt_process_field(process, m, GT_F_m_g0, &g0);
    return g0;
}

static void read_fault(const struct gt_process *process, const struct gt_goroutines *goroutines,
                       uint64_t m, struct gt_crash *crash)
{
    uint64_t signal = 0, g = find_faulted(process, goroutines, m, crash);

    if (!g || !gt_process_field(process, g, GT_F_g_sig, &signal)) return;
    crash->signal = (int)(signal & 0xff);
    gt_process_field(process, g, GT_F_g_sigcode1, &crash->address);
    gt_process_field(process, g, GT_F_g_sigpc, &crash->pc);
}

/* A fault in C or in the runtime itself is no panic: the handler ends the process. */
static void read_unexpected(const struct gt_process *process, uint64_t m, struct gt_crash *crash)
{
    uint64_t caught;
    struct gt_fault fault;

    if (!gt_process_field(process, m, GT_F_m_caughtsig, &caught) || !caught ||
        !gt_fault_handled(process, m, &fault))
        return;
    crash->signal = fault.signal;
    crash->address = fault.address;
    crash->pc = fault.pc;
}

/*
 * The runtime keeps the last it printed before it began to die, in a ring: a fatal error's line is
 * the last one then. What a program prints goes the same way, so nothing else is taken from there.
 */
static void read_fatal_error(const struct gt_process *process, struct gt_crash *crash)
{
    struct gt_debug_global ring;
    uint64_t at;
    const unsigned char *bytes;
    char text[GT_FATAL_ERROR_BYTES];
    struct gt_error *error = gt_process_global(process, "runtime.printBacklogIndex", &at);

    if (error) {
        gt_error_free(error);
        return;
    }
    if (!process->facts->global(process->facts->ctx, "runtime.printBacklog", &ring) ||
        ring.size != sizeof text || !(bytes = gt_mem_at(process->mem, ring.addr, ring.size)) ||
        !gt_mem_u64(process->mem, at, &at) || at >= ring.size)
        return;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)bytes[(at + i) % sizeof text];
    if (text[sizeof text - 1] != '\n') return;
    text[sizeof text - 1] = '\0';
    size_t start = sizeof text - 1;
    while (start > 0 && text[start - 1] != '\n' && text[start - 1] != '\0')
        start--;
    if (strncmp(text + start, FATAL, sizeof FATAL - 1) == 0)
        memcpy(crash->fatal_error, text + start + sizeof FATAL - 1,
               sizeof text - start - (sizeof FATAL - 1));
}

void gt_crash_read(const struct gt_process *process, const struct gt_goroutines *goroutines,
                   struct gt_crash *out)
{
    uint64_t throwing = 0;

    *out = (struct gt_crash){0};
    uint64_t m = find_dying(process, goroutines, out);
    if (!m) m = find_idle_dying(process);
    out->address = gt_core_fault_address(process->core);
    if (!m && out->address) {
        out->g = find_ended(process, goroutines);
        out->signal = gt_core_signal(process->core);
    }
    out->died = m || out->signal;
    if (m && gt_process_field(process, m, GT_F_m_throwing, &throwing) && throwing)
        read_fatal_error(process, out);
    if (m) read_fault(process, goroutines, m, out);
    if (m && !out->signal) read_unexpected(process, m, out);
}

/* ---- panics -----------------------------------------------------------------------------------
 */

/* The runtime called gopanic: the frames of gopanic, from `from` on, stand for the panics in turn.
 */
static bool raised_by_runtime(const struct gt_process *process,
                              const struct gt_goroutines *goroutines, const struct gt_goroutine *g,
                              uint32_t *from)
{
    for (uint32_t i = *from; i + 1 < g->frame_count; i++) {
        if (strcmp(function_of(process, goroutines, g, i), "runtime.gopanic") != 0) continue;
        *from = i + 1;
        return strncmp(function_of(process, goroutines, g, i + 1), "runtime.", 8) == 0;
    }
    *from = g->frame_count;
    return false;
}

static bool flag_at(const struct gt_process *process, uint64_t panic, enum gt_field_id field)
{
    uint64_t value = 0;

    return gt_process_field(process, panic, field, &value) && (value & 0xff);
}

static bool read_panic(const struct gt_process *process, uint64_t panic,
                       struct gt_panic_record *out)
{
    uint64_t value = panic + gt_off(&process->layout, GT_F__panic_arg);

    if (!gt_has(&process->layout, GT_F__panic_arg)) return false;
    out->recovered = flag_at(process, panic, GT_F__panic_recovered);
    out->goexit = flag_at(process, panic, GT_F__panic_goexit);
    return gt_mem_u64(process->mem, value, &out->type) &&
           gt_mem_u64(process->mem, value + 8, &out->data);
}

size_t gt_panics_of(const struct gt_process *process, const struct gt_goroutines *goroutines,
                    const struct gt_goroutine *g, struct gt_panic_record *out, size_t max)
{
    uint64_t panic = 0;
    uint32_t frame = 0;
    size_t count = 0;

    if (!gt_process_field(process, g->address, GT_F_g__panic, &panic)) return 0;
    while (panic && count < max) {
        struct gt_panic_record record = {0};
        if (!read_panic(process, panic, &record)) break;
        record.by_runtime = !record.goexit && raised_by_runtime(process, goroutines, g, &frame);
        out[count++] = record;
        if (!gt_process_field(process, panic, GT_F__panic_link, &panic)) break;
    }
    return count;
}

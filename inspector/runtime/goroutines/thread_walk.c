/* Walks from the registers before a signal, with libunwind while the functions are C's, then with
 * Go's unwinder up to a function that switches stacks. The state follows from the m, the goroutine
 * and these frames. */
#include "inspector/runtime/goroutines/thread_walk.h"

#include "inspector/base/error.h"
#include "inspector/runtime/goroutines/registers.h"

enum { SPARE_MS = 1024 }; /* the most ms without a thread */

struct gt_u64s gt_all_ms(const struct gt_process *process)
{
    struct gt_u64s all = {0};
    uint64_t addr, m = 0;
    size_t most;
    struct gt_error *error = gt_process_global(process, "runtime.allm", &addr);

    if (error) {
        gt_error_destroy(error);
        return all;
    }
    gt_core_threads(process->core, &most);
    gt_mem_u64(process->mem, addr, &m);
    for (most += SPARE_MS; m && most; most--) {
        gt_u64s_add(&all, m);
        if (!gt_process_field(process, m, GT_F_m_alllink, &m)) break;
    }
    return all;
}

/* ---- frames ---------------------------------------------------------------------------------- */

/* Functions that switch stacks. Frames below them on g0's stack are left over from earlier. */
static bool leaves_stack(const char *function)
{
    static const char *const names[] = {"runtime.mcall", "runtime.systemstack",
                                        "runtime.asmcgocall", "runtime.asmcgocall.abi0"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(function, names[i]) == 0) return true;
    return false;
}

static void walk_go(struct gt_process *process, const struct gt_position *at,
                    struct gt_thread_walk *out)
{
    struct gt_unwinder walk;

    gt_unwind_start(&walk, &process->code, at, at->sp, gt_process_stack_end(process, at->sp));
    while (walk.valid && out->frame_count < GT_MAX_THREAD_FRAMES) {
        uint64_t pc = walk.frame.pc;
        out->frames[out->frame_count++] = (struct gt_frame){pc, walk.frame.fp};
        if (leaves_stack(gt_process_function(process, pc))) return;
        gt_unwind_next(&walk);
    }
    if (walk.broken) out->why = walk.broken;
}

static bool is_go(const struct gt_process *process, uint64_t pc)
{
    const struct gt_pclntab *tab;
    struct gt_func func;

    return gt_text_find(&process->code, pc, &tab, &func);
}

static bool on_stack_of(const struct gt_goroutine *g, uint64_t sp)
{
    return g && sp > g->stack_lo && sp < g->stack_hi;
}

/* The last of the native frames may be the Go function that called C, where Go's frames begin. */
static void walk_frames(struct gt_process *process, const struct gt_thread *thread,
                        const struct gt_goroutine *g, struct gt_thread_walk *out)
{
    struct gt_position at = {.pc = thread->pc, .sp = thread->sp};
    size_t count = 0;

    if (!is_go(process, at.pc)) {
        gt_process_libraries(process);
        count =
            gt_native_unwind(process->core, thread, out->natives, GT_MAX_THREAD_FRAMES, &out->why);
        out->native_count = gt_count_natives(process, out->natives, count);
        if (out->native_count == count) return;
        const struct gt_native_frame *go = &out->natives[out->native_count];
        at = (struct gt_position){.pc = go->pc, .sp = go->sp};
        out->why = NULL;
    }
    if (!on_stack_of(g, at.sp)) walk_go(process, &at, out);
}

/* ---- states ---------------------------------------------------------------------------------- */

static bool is_parked(struct gt_process *process, const struct gt_thread_walk *walk)
{
    for (size_t i = 0; i < walk->frame_count; i++) {
        const char *function = gt_process_function(process, walk->frames[i].pc);
        if (strcmp(function, "runtime.stopm") == 0 || strcmp(function, "runtime.mPark") == 0 ||
            strcmp(function, "runtime.stoplockedm") == 0)
            return true;
    }
    return false;
}

static enum gt_thread_state state_of(struct gt_process *process, uint64_t m,
                                     const struct gt_goroutine *g,
                                     const struct gt_thread_walk *walk)
{
    if (!m) return GT_THREAD_FOREIGN;
    if (g && g->status == GT_G_SYSCALL)
        return walk->native_count || g->native_count ? GT_THREAD_IN_C : GT_THREAD_SYSCALL;
    if (g) return GT_THREAD_RUNNING;
    if (is_parked(process, walk)) return GT_THREAD_IDLE;
    return walk->frame_count || walk->native_count ? GT_THREAD_RUNTIME : GT_THREAD_UNKNOWN;
}

void gt_thread_walk(struct gt_process *process, const struct gt_thread *thread, uint64_t m,
                    const struct gt_goroutine *g, struct gt_thread_walk *out)
{
    struct gt_thread as_it_was = *thread;

    *out = (struct gt_thread_walk){.interrupted = gt_registers_interrupted(process, m, &as_it_was)};
    walk_frames(process, &as_it_was, g, out);
    out->state = state_of(process, m, g, out);
}

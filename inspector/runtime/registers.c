#include "inspector/runtime/registers.h"

enum {
    AMD64_GENERAL = 15,  /* r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi */
    UCONTEXT_WORDS = 18, /* r8..r15 rdi rsi rbp rbx rdx rax rcx rsp rip, from ss_sp + 24 on */
    UCONTEXT_RSP = 15,
    UCONTEXT_RIP = 16,
};

static bool in_stack(const struct gt_goroutine *g, uint64_t sp)
{
    return sp > g->stack_lo && sp < g->stack_hi;
}

static const struct gt_thread *thread_of(const struct gt_process *process, uint64_t m)
{
    uint64_t tid;
    size_t count;
    const struct gt_thread *threads = gt_core_threads(process->core, &count);

    if (!gt_process_field(process, m, GT_F_m_procid, &tid)) return NULL;
    for (size_t i = 0; i < count; i++)
        if ((uint64_t)threads[i].tid == tid) return &threads[i];
    return NULL;
}

static void from_thread(const struct gt_thread *thread, struct gt_registers *out)
{
    out->pc = thread->pc;
    out->sp = thread->sp;
    for (size_t i = 0; i < AMD64_GENERAL && i < thread->reg_count; i++)
        out->value[out->count++] = thread->regs[i];
}

/* ---- what signal handlers interrupted -------------------------------------------------------- */

struct signal_stack { /* of a thread: its gsignal's */
    const unsigned char *bytes;
    uint64_t lo, hi;
    uint64_t at; /* where the search goes on */
};

static bool open_signal_stack(const struct gt_process *process, uint64_t m,
                              struct signal_stack *out)
{
    uint64_t gsignal;

    *out = (struct signal_stack){0};
    if (!gt_process_field(process, m, GT_F_m_gsignal, &gsignal) || !gsignal ||
        !gt_process_field(process, gsignal, GT_F_g_stack_lo, &out->lo) ||
        !gt_process_field(process, gsignal, GT_F_g_stack_hi, &out->hi) || out->hi <= out->lo)
        return false;
    out->bytes = gt_mem_at(process->mem, out->lo, out->hi - out->lo);
    return out->bytes;
}

/* The kernel leaves a ucontext on the alternate stack, whose uc_stack names that very stack:
 * {flags, link, ss_sp, ss_flags, ss_size, r8, r9, ...} (asm/sigcontext.h). Nested signals leave
 * more than one. Returns the registers of the next, from r8 on; NULL after the last. */
static const unsigned char *next_interrupted(struct signal_stack *stack)
{
    uint64_t size = stack->hi - stack->lo;

    while (stack->at + (3 + UCONTEXT_WORDS) * 8 <= size) {
        const unsigned char *from = stack->bytes + stack->at;
        stack->at += 8;
        if (gt_load64(from) == stack->lo && gt_load64(from + 16) == size) return from + 24;
    }
    return NULL;
}

/* The one that interrupted the goroutine has its sp. */
static bool from_signal_frame(const struct gt_process *process, const struct gt_goroutine *g,
                              uint64_t m, struct gt_registers *out)
{
    struct signal_stack stack;
    const unsigned char *regs;

    if (!open_signal_stack(process, m, &stack)) return false;
    while ((regs = next_interrupted(&stack))) {
        uint64_t sp = gt_load64(regs + 8 * UCONTEXT_RSP);
        if (!in_stack(g, sp)) continue;
        out->sp = sp;
        out->pc = gt_load64(regs + 8 * UCONTEXT_RIP);
        for (size_t i = 0; i < UCONTEXT_RSP; i++)
            out->value[out->count++] = gt_load64(regs + 8 * i);
        return true;
    }
    return false;
}

bool gt_registers_of(const struct gt_process *process, const struct gt_goroutine *g,
                     struct gt_registers *out)
{
    uint64_t m;

    *out = (struct gt_registers){0};
    if (!gt_process_field(process, g->address, GT_F_g_m, &m) || !m) return false;
    out->thread = thread_of(process, m);
    if (out->thread && in_stack(g, out->thread->sp)) {
        from_thread(out->thread, out);
        return true;
    }
    return from_signal_frame(process, g, m, out);
}

/* ---- threads that run C ---------------------------------------------------------------------- */

/* From a ucontext's order to that of struct user_regs_struct. */
static void interrupted_thread(const unsigned char *regs, struct gt_thread *thread)
{
    static const uint8_t places[AMD64_GENERAL] = {7, 6, 5, 4, 10, 11, 3, 2, 1, 0, 13, 14, 12, 9, 8};

    for (size_t i = 0; i < AMD64_GENERAL; i++)
        thread->regs[i] = gt_load64(regs + 8 * places[i]);
    thread->sp = gt_load64(regs + 8 * UCONTEXT_RSP);
    thread->pc = gt_load64(regs + 8 * UCONTEXT_RIP);
}

/* A thread in a signal handler goes back to what ran on another stack. */
static bool leave_handler(const struct signal_stack *stack_of, struct gt_thread *thread)
{
    struct signal_stack stack = *stack_of;
    const unsigned char *regs;

    while ((regs = next_interrupted(&stack))) {
        uint64_t sp = gt_load64(regs + 8 * UCONTEXT_RSP);
        if (sp >= stack.lo && sp < stack.hi) continue;
        interrupted_thread(regs, thread);
        return true;
    }
    return false;
}

bool gt_registers_in_c(const struct gt_process *process, const struct gt_goroutine *g,
                       struct gt_thread *out)
{
    struct signal_stack stack;
    const struct gt_pclntab *tab;
    struct gt_func func;
    uint64_t m;

    if (!gt_process_field(process, g->address, GT_F_g_m, &m) || !m) return false;
    const struct gt_thread *thread = thread_of(process, m);
    if (!thread) return false;
    *out = *thread;
    if (open_signal_stack(process, m, &stack) && out->sp >= stack.lo && out->sp < stack.hi &&
        !leave_handler(&stack, out))
        return false;
    return !gt_text_find(&process->code, out->pc, &tab, &func);
}

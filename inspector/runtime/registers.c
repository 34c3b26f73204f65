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

/* The kernel leaves a ucontext on the alternate stack, whose uc_stack names that very stack:
 * {flags, link, ss_sp, ss_flags, ss_size, r8, r9, ...} (asm/sigcontext.h). Nested signals leave
 * more than one; the one that interrupted the goroutine has its sp. */
static bool from_signal_frame(const struct gt_process *process, const struct gt_goroutine *g,
                              uint64_t gsignal, struct gt_registers *out)
{
    uint64_t lo, hi;

    if (!gt_process_field(process, gsignal, GT_F_g_stack_lo, &lo) ||
        !gt_process_field(process, gsignal, GT_F_g_stack_hi, &hi) || hi <= lo)
        return false;
    const unsigned char *stack = gt_mem_at(process->mem, lo, hi - lo);
    if (!stack) return false;
    for (uint64_t at = 0; at + (3 + UCONTEXT_WORDS) * 8 <= hi - lo; at += 8) {
        if (gt_load64(stack + at) != lo || gt_load64(stack + at + 16) != hi - lo) continue;
        const unsigned char *regs = stack + at + 24;
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
    uint64_t m, gsignal;

    *out = (struct gt_registers){0};
    if (!gt_process_field(process, g->address, GT_F_g_m, &m) || !m) return false;
    out->thread = thread_of(process, m);
    if (out->thread && in_stack(g, out->thread->sp)) {
        from_thread(out->thread, out);
        return true;
    }
    return gt_process_field(process, m, GT_F_m_gsignal, &gsignal) && gsignal &&
           from_signal_frame(process, g, gsignal, out);
}

/* Reads the registers of a ucontext by a table of offsets for each machine. A ucontext is found by
 * a search of the signal stack, word by word, for a uc_stack that names this very stack. */
#include "inspector/runtime/goroutines/registers.h"

#include "inspector/runtime/goroutines/handlers.h"
#include "inspector/runtime/process/threads.h"

/*
 * The registers in a signal's ucontext, by their offsets from the word that names the stack,
 * uc_stack.ss_sp (asm/sigcontext.h, asm/ucontext.h), and their indices in struct user_regs_struct,
 * as threads have them.
 */
static const struct machine {
    uint16_t first;  /* offset of the first of `count` general registers */
    uint16_t sp, pc; /* offsets */
    uint8_t count;
    uint8_t places[31]; /* indices in struct user_regs_struct */
    int8_t link;        /* index of the register with the return address, or -1 */
    int16_t siginfo;    /* offset: the kernel stores it beside the ucontext (struct rt_sigframe) */
    uint8_t handler;    /* from the sp with which the handler is called, without what a call pushes,
                         * to the word that names the stack */
} machines[] = {
    /* r8 to r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip */
    [GT_MACHINE_AMD64] = {.first = 24,
                          .sp = 24 + 15 * 8,
                          .pc = 24 + 16 * 8,
                          .count = 15,
                          .places = {7, 6, 5, 4, 10, 11, 3, 2, 1, 0, 13, 14, 12, 9, 8},
                          .link = -1,
                          .siginfo = 288,
                          .handler = 16},
    /* past the signal mask and its padding: the fault's address, x0 to x30, sp, pc */
    [GT_MACHINE_ARM64] = {.first = 168,
                          .sp = 168 + 31 * 8,
                          .pc = 168 + 32 * 8,
                          .count = 31,
                          .places = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                                     16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30},
                          .link = 30,
                          .siginfo = -144,
                          .handler = 144},
};

static const struct machine *machine_of(const struct gt_process *process)
{
    return &machines[gt_core_machine(process->core)];
}

static bool in_stack(const struct gt_goroutine *g, uint64_t sp)
{
    return sp > g->stack_lo && sp < g->stack_hi;
}

static void from_thread(const struct gt_process *process, const struct gt_thread *thread,
                        struct gt_registers *out)
{
    const struct machine *machine = machine_of(process);

    out->at = gt_position_of(process, thread);
    for (size_t i = 0; i < machine->count && i < thread->reg_count; i++)
        out->value[out->count++] = thread->regs[i];
}

/* ---- signal frames ------------------------------------------------------------------------- */

struct gt_position gt_position_of(const struct gt_process *process, const struct gt_thread *thread)
{
    int8_t link = machine_of(process)->link;

    return (struct gt_position){thread->pc, thread->sp, link < 0 ? 0 : thread->regs[link]};
}

static void interrupted_thread(const struct machine *machine, const unsigned char *context,
                               struct gt_thread *thread)
{
    for (size_t i = 0; i < machine->count; i++)
        thread->regs[i] = gt_load64(context + machine->first + 8 * machine->places[i]);
    thread->sp = gt_load64(context + machine->sp);
    thread->pc = gt_load64(context + machine->pc);
}

bool gt_signal_frame_read(const struct gt_process *process, uint64_t sp, struct gt_siginfo *signal,
                          struct gt_thread *interrupted)
{
    const struct machine *machine = machine_of(process);
    uint64_t at = sp + machine->handler;
    unsigned char info[GT_SIGINFO_BYTES];
    const unsigned char *context = gt_mem_at(process->mem, at, (uint64_t)machine->pc + 8);

    if (!context || !gt_mem_read(process->mem, at + (uint64_t)machine->siginfo, info, sizeof info))
        return false;
    if (!gt_siginfo_read(info, sizeof info, signal)) return false;
    interrupted_thread(machine, context, interrupted);
    return true;
}

/* ---- what signal handlers interrupted -------------------------------------------------------- */

struct signal_stack { /* of a thread: the stack of its gsignal */
    const struct machine *machine;
    const unsigned char *bytes;
    uint64_t lo, hi;
    uint64_t at; /* where the search continues */
};

static bool open_signal_stack(const struct gt_process *process, uint64_t m,
                              struct signal_stack *out)
{
    uint64_t gsignal;

    *out = (struct signal_stack){.machine = machine_of(process)};
    if (!gt_process_field(process, m, GT_F_m_gsignal, &gsignal) || !gsignal ||
        !gt_process_field(process, gsignal, GT_F_g_stack_lo, &out->lo) ||
        !gt_process_field(process, gsignal, GT_F_g_stack_hi, &out->hi) || out->hi <= out->lo)
        return false;
    out->bytes = gt_mem_at(process->mem, out->lo, out->hi - out->lo);
    return out->bytes;
}

/* The kernel stores a ucontext on the alternate stack. Its uc_stack names that stack: {flags, link,
 * ss_sp, ss_flags, ss_size, ...}. Nested signals leave more than one. Returns the next one's ss_sp;
 * NULL after the last. */
static const unsigned char *next_interrupted(struct signal_stack *stack)
{
    uint64_t size = stack->hi - stack->lo;

    while (stack->at + stack->machine->pc + 8 <= size) {
        const unsigned char *from = stack->bytes + stack->at;
        stack->at += 8;
        if (gt_load64(from) == stack->lo && gt_load64(from + 16) == size) return from;
    }
    return NULL;
}

/* The signal frame that interrupted the goroutine has an sp in the goroutine's stack. A thread
 * outside of a handler may be on its own stack, for example in the vDSO. Then the frames on the
 * signal stack are left over from an earlier signal. The same holds if the thread is not known. */
static bool from_signal_frame(const struct gt_process *process, const struct gt_goroutine *g,
                              uint64_t m, struct gt_registers *out)
{
    const struct machine *machine = machine_of(process);
    struct signal_stack stack;
    const unsigned char *context;

    if (!out->thread || !open_signal_stack(process, m, &stack)) return false;
    if (out->thread->sp < stack.lo || out->thread->sp >= stack.hi) return false;
    while ((context = next_interrupted(&stack))) {
        uint64_t sp = gt_load64(context + machine->sp);
        if (!in_stack(g, sp)) continue;
        out->at = (struct gt_position){.pc = gt_load64(context + machine->pc), .sp = sp};
        for (size_t i = 0; i < machine->count; i++)
            out->value[out->count++] = gt_load64(context + machine->first + 8 * machine->places[i]);
        if (machine->link >= 0) out->at.lr = out->value[machine->link];
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
    out->thread = gt_threads_of(process, m);
    if (out->thread && in_stack(g, out->thread->sp)) {
        from_thread(process, out->thread, out);
        return true;
    }
    return from_signal_frame(process, g, m, out);
}

/* ---- the signal that a handler dies of ----------------------------------------------------- */

/* The first signal's frame is the highest. Frames of later signals, such as the SIGABRT with which
 * the handler ends the process, are below it. */
bool gt_signal_handled(const struct gt_process *process, uint64_t m, struct gt_caught *out)
{
    struct signal_stack stack;
    const unsigned char *context, *highest = NULL;

    if (!open_signal_stack(process, m, &stack)) return false;
    while ((context = next_interrupted(&stack)))
        highest = context;
    if (!highest) return false;
    int64_t at = highest - stack.bytes + stack.machine->siginfo;
    if (at < 0 || (uint64_t)at >= stack.hi - stack.lo) return false;
    out->pc = gt_load64(highest + stack.machine->pc);
    return gt_siginfo_read(stack.bytes + at, stack.hi - stack.lo - (uint64_t)at, &out->signal);
}

/* ---- threads that run C ---------------------------------------------------------------------- */

/* A thread in a signal handler returns to what ran on another stack. */
static bool leave_handler(const struct signal_stack *stack_of, struct gt_thread *thread)
{
    struct signal_stack stack = *stack_of;
    const unsigned char *context;

    while ((context = next_interrupted(&stack))) {
        uint64_t sp = gt_load64(context + stack.machine->sp);
        if (sp >= stack.lo && sp < stack.hi) continue;
        interrupted_thread(stack.machine, context, thread);
        return true;
    }
    return false;
}

static bool in_handler(const struct gt_process *process, uint64_t m, const struct gt_thread *thread,
                       struct signal_stack *stack)
{
    return open_signal_stack(process, m, stack) && thread->sp >= stack->lo &&
           thread->sp < stack->hi;
}

static bool runs_go(const struct gt_process *process, const struct gt_thread *thread)
{
    const struct gt_pclntab *tab;
    struct gt_func func;

    return gt_text_find(&process->code, thread->pc, &tab, &func);
}

/* A handler of C's may run on the signal stack too. A fault in it is where C was, not what it
 * interrupted. */
bool gt_registers_interrupted(const struct gt_process *process, uint64_t m,
                              struct gt_thread *thread)
{
    struct gt_handled first;
    struct signal_stack stack;
    bool found = gt_handled_first(process, thread, &first);

    if (found) *thread = first.interrupted;
    if (found && !runs_go(process, thread)) return true;
    return (m && in_handler(process, m, thread, &stack) && leave_handler(&stack, thread)) || found;
}

bool gt_registers_in_c(const struct gt_process *process, const struct gt_goroutine *g,
                       struct gt_thread *out)
{
    struct signal_stack stack;
    uint64_t m;

    if (!gt_process_field(process, g->address, GT_F_g_m, &m) || !m) return false;
    const struct gt_thread *thread = gt_threads_of(process, m);
    if (!thread || gt_handled_badly(process, thread)) return false;
    *out = *thread;
    if (!gt_registers_interrupted(process, m, out) && in_handler(process, m, out, &stack))
        return false;
    return !runs_go(process, out);
}

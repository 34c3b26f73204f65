/* Describes the g0 of each thread as a goroutine that runs, and scans its stack like one. What no
 * stack map covers is read word by word. A goroutine's sudogs are compared with the queues of their
 * channels. */
#include "inspector/runtime/waits/scheduler.h"

#include "inspector/base/loop.h"
#include "inspector/runtime/goroutines/registers.h"

#include <inttypes.h>

enum {
    SPARE_THREADS = 1024, /* threads that are about to begin or end */
    MAX_RAW = 1 << 18,    /* bytes of a stack without Go frames: C's may be many */
};

/* ---- stacks -------------------------------------------------------------------------------- */

/* Visits words of a stack that no stack map covers. */
static void raw_words(struct gt_process *process, uint64_t from, uint64_t to,
                      gt_stack_word_fn *found, void *ctx)
{
    if (to <= from) return;
    uint64_t size = to - from < MAX_RAW ? to - from : MAX_RAW;
    const unsigned char *bytes = gt_mem_at(process->mem, from, size);

    if (!bytes || size < to - from)
        gt_process_lost(process, GT_OF_GOROUTINES,
                        "stack of a thread at 0x%" PRIx64 ": %" PRIu64 " of %" PRIu64
                        " bytes seen: what the scheduler "
                        "or C holds there is not known",
                        from, (bytes ? size : 0), (to - from));
    for (uint64_t at = 0; bytes && at + 8 <= size; at += 8) {
        struct gt_stack_word word = {.addr = from + at,
                                     .value = gt_load64(bytes + at),
                                     .frame = UINT32_MAX,
                                     .conservative = true};
        if (word.value) found(ctx, &word);
    }
}

/* Visits what the stack maps leave out: assembler frames, which have none, and memory above the
 * last frame, which is C's or the thread's start. Returns how many frames have no map. The place of
 * a frame's return address holds no value: where runtime.mcall came from another stack, an old word
 * is there. */
static uint64_t unmapped_words(struct gt_process *process, const struct gt_goroutine *g0,
                               gt_stack_word_fn *found, void *ctx)
{
    struct gt_unwinder walk;
    uint64_t end = g0->at.sp, count = 0;

    gt_unwind_start(&walk, &process->code, &g0->at, g0->stack_lo, g0->stack_hi);
    for (; walk.valid; gt_unwind_next(&walk)) {
        const struct gt_go_frame *frame = &walk.frame;
        end = frame->fp;
        if (gt_func_funcdata(frame->tab, &frame->func, GT_FUNCDATA_LOCALS_MAPS)) continue;
        raw_words(process, frame->sp, frame->varp, found, ctx);
        count++;
    }
    if (walk.broken) raw_words(process, end, g0->stack_hi, found, ctx);
    return count;
}

static void stack_words(struct gt_process *process, const struct gt_goroutine *g0,
                        gt_stack_word_fn *found, void *ctx)
{
    struct gt_stack_counts counts = {0};
    uint64_t unmapped = unmapped_words(process, g0, found, ctx);

    gt_stack_scan(process, g0, found, ctx, &counts);
    if (counts.lost > unmapped) raw_words(process, g0->at.sp, g0->stack_hi, found, ctx);
}

/* A thread that waits in the kernel was brought there by assembler code, and no Go function keeps a
 * value in a register across that call. The call may be about to be repeated. */
static bool in_kernel(const struct gt_process *process, uint64_t pc)
{
    static const struct {
        unsigned char bytes[4];
        uint8_t size;
    } calls[] = {
        [GT_MACHINE_AMD64] = {{0x0f, 0x05}, 2},
        [GT_MACHINE_ARM64] = {{0x01, 0x00, 0x00, 0xd4}, 4},
    };
    enum gt_machine machine = gt_core_machine(process->core);
    unsigned char code[8];
    uint64_t size = calls[machine].size;

    return gt_mem_read(process->mem, pc - size, code, 2 * size) &&
           (memcmp(code, calls[machine].bytes, size) == 0 ||
            memcmp(code + size, calls[machine].bytes, size) == 0);
}

/* For a thread on its g0. In a program with C, the runtime only guesses the stack's lower end, so
 * the thread's sp is used. */
static bool open_g0(const struct gt_process *process, uint64_t m, struct gt_goroutine *g0)
{
    struct gt_registers regs;

    *g0 = (struct gt_goroutine){0};
    if (!gt_process_field(process, m, GT_F_m_g0, &g0->address) ||
        !gt_process_field(process, g0->address, GT_F_g_stack_lo, &g0->stack_lo) ||
        !gt_process_field(process, g0->address, GT_F_g_stack_hi, &g0->stack_hi) ||
        !gt_registers_of(process, g0, &regs))
        return false;
    g0->at = regs.at;
    g0->from_signal = !in_kernel(process, regs.at.pc);
    uint64_t below = (regs.at.sp - 8) & ~(uint64_t)7;
    if (below > g0->stack_lo) g0->stack_lo = below;
    return true;
}

/* A thread that marks holds only what it scans. It makes no goroutine run with that. */
static bool marks(const struct gt_process *process, const struct gt_goroutine *g0)
{
    struct gt_unwinder walk;

    gt_unwind_start(&walk, &process->code, &g0->at, g0->stack_lo, g0->stack_hi);
    for (; walk.valid; gt_unwind_next(&walk)) {
        const char *function = gt_func_name(walk.frame.tab, &walk.frame.func);
        if (strcmp(function, "runtime.gcDrain") == 0 || strcmp(function, "runtime.gcDrainN") == 0)
            return true;
    }
    return false;
}

void gt_scheduler_words(struct gt_process *process, gt_stack_word_fn *found, void *ctx)
{
    struct gt_goroutine g0;
    uint64_t addr, m = 0;
    size_t most;
    struct gt_error *error = gt_process_global(process, "runtime.allm", &addr);

    if (error || !gt_mem_u64(process->mem, addr, &m)) {
        gt_process_lost(process, GT_OF_GOROUTINES,
                        "the list of threads cannot be read: what the scheduler holds is not seen");
        gt_error_destroy(error);
        return;
    }
    gt_core_threads(process->core, &most);
    for (most += SPARE_THREADS; m && most; most--) {
        if (open_g0(process, m, &g0) && !marks(process, &g0)) stack_words(process, &g0, found, ctx);
        if (!gt_process_field(process, m, GT_F_m_alllink, &m)) break;
    }
    if (m)
        gt_process_lost(process, GT_OF_GOROUTINES,
                        "the list of threads does not end: what some of them hold is not seen");
}

/* ---- queues -------------------------------------------------------------------------------- */

/* The first sudog of a queue has none before it, and the channel points to it. */
static bool is_queued(const struct gt_process *process, uint64_t sudog)
{
    uint64_t channel, before, receiver, sender;

    return gt_process_field(process, sudog, GT_F_sudog_c, &channel) &&
           gt_process_field(process, sudog, GT_F_sudog_prev, &before) &&
           gt_process_field(process, channel, GT_F_hchan_recvq_first, &receiver) &&
           gt_process_field(process, channel, GT_F_hchan_sendq_first, &sender) &&
           (before || receiver == sudog || sender == sudog);
}

static bool left_channel(const struct gt_process *process, uint64_t sudog)
{
    for (struct gt_loop loop = {0}; sudog && !gt_loop_closed(&loop, sudog);) {
        if (!is_queued(process, sudog)) return true;
        if (!gt_process_field(process, sudog, GT_F_sudog_waitlink, &sudog)) return true;
    }
    return false;
}

/* Waiters of a condition have numbers, which may overflow. Those below `notify` were woken. */
static bool left_condition(const struct gt_process *process, uint64_t sudog)
{
    uint64_t list, ticket, notify;

    if (!gt_process_field(process, sudog, GT_F_sudog_elem, &list) ||
        !gt_process_field(process, sudog, GT_F_sudog_ticket, &ticket) ||
        !gt_process_field(process, list, GT_F_notifyList_notify, &notify))
        return true;
    return (int32_t)((uint32_t)ticket - (uint32_t)notify) < 0;
}

bool gt_wait_is_over(const struct gt_process *process, const struct gt_goroutine *g,
                     const struct gt_wait *wait)
{
    uint64_t sudog;

    if (!gt_process_field(process, g->address, GT_F_g_waiting, &sudog) || !sudog) return false;
    if (wait->kind == GT_WAIT_CHANNEL) return left_channel(process, sudog);
    return wait->kind == GT_WAIT_SYNC && wait->what == GT_THING_CONDITION &&
           left_condition(process, sudog);
}

/* True while its waker removes it from the queue. Then the channel's lock is held, or the
 * goroutine's param is set, or the sudog's elem is cleared (runtime/chan.go, send, recv,
 * closechan). */
static bool is_in_hand(const struct gt_process *process, uint64_t g, uint64_t sudog)
{
    uint64_t channel, lock, param, elem;

    return !gt_process_field(process, sudog, GT_F_sudog_c, &channel) ||
           !gt_process_field(process, channel, GT_F_hchan_lock, &lock) || lock ||
           !gt_process_field(process, g, GT_F_g_param, &param) || param ||
           !gt_process_field(process, sudog, GT_F_sudog_elem, &elem) || !elem;
}

static bool is_sound(const struct gt_process *process, uint64_t g, uint64_t sudog)
{
    uint64_t waiter, channel, word;

    return gt_process_field(process, sudog, GT_F_sudog_g, &waiter) && waiter == g &&
           gt_process_field(process, sudog, GT_F_sudog_c, &channel) &&
           gt_process_field(process, channel, GT_F_hchan_recvq_first, &word) &&
           gt_process_field(process, sudog, GT_F_sudog_waitlink, &word) &&
           (is_queued(process, sudog) || is_in_hand(process, g, sudog));
}

bool gt_wait_is_sound(const struct gt_process *process, const struct gt_goroutine *g)
{
    uint64_t sudog;
    bool selects = g->wait_reason && strcmp(g->wait_reason, "select") == 0;

    if (!g->wait_reason || g->status != GT_G_WAITING ||
        (!selects && strcmp(g->wait_reason, "chan receive") != 0 &&
         strcmp(g->wait_reason, "chan send") != 0) ||
        !gt_process_field(process, g->address, GT_F_g_waiting, &sudog))
        return true;
    if (!sudog) return selects; /* a select on nil channels only */
    for (struct gt_loop loop = {0}; sudog && !gt_loop_closed(&loop, sudog);)
        if (!is_sound(process, g->address, sudog) ||
            !gt_process_field(process, sudog, GT_F_sudog_waitlink, &sudog))
            return false;
    return true;
}

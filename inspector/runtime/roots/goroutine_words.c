/* Registers come from the signal's frame or from what the g keeps of a preempted goroutine. Defer
 * records are followed from the g on. */
#include "inspector/runtime/roots/goroutine_words.h"

#include "inspector/base/loop.h"
#include "inspector/runtime/goroutines/registers.h"

enum { WORD = 8 };

struct visitor {
    const struct gt_process *process;
    const struct gt_goroutine *g;
    gt_goroutine_word_fn *visit;
    void *ctx;
    uint64_t lost;
};

static const unsigned habit_since[] = {[GT_HABIT_INJECTED] = 26006, [GT_HABIT_EXTENDED] = 27000};

bool gt_collector_scans(const struct gt_process *process, enum gt_habit habit)
{
    return gt_version_number(&process->version) >= habit_since[habit];
}

static void scan_registers(struct visitor *visitor)
{
    struct gt_registers regs;

    if (!visitor->g->from_signal || !gt_registers_of(visitor->process, visitor->g, &regs)) return;
    for (size_t i = 0; i < regs.count; i++)
        visitor->visit(visitor->ctx, 0, regs.value[i], 0, true);
}

/* The other registers of a goroutine that was preempted anywhere (preempt_xreg.go). */
static void scan_extended_registers(struct visitor *visitor)
{
    const struct gt_process *process = visitor->process;
    uint64_t state, size = process->code.rules->extended_registers;

    if (!gt_collector_scans(process, GT_HABIT_EXTENDED) ||
        !gt_process_field(process, visitor->g->address, GT_F_g_xRegs, &state) || !state)
        return;
    const unsigned char *regs = gt_mem_at(process->mem, state, size);
    if (!regs) visitor->lost++;
    for (uint64_t at = 0; regs && at < size; at += WORD)
        visitor->visit(visitor->ctx, 0, gt_load64(regs + at), 0, true);
}

/* Pointers from the g and from defer records that may lead into the stack. */
static void scan_g(struct visitor *visitor)
{
    const struct gt_process *process = visitor->process;
    uint64_t value, record, next;

    if (gt_process_field(process, visitor->g->address, GT_F_g_sched_ctxt, &value))
        visitor->visit(visitor->ctx,
                       visitor->g->address + gt_off(&process->layout, GT_F_g_sched_ctxt), value,
                       UINT32_MAX, false);
    if (gt_process_field(process, visitor->g->address, GT_F_g__panic, &value) && value)
        visitor->visit(visitor->ctx, 0, value, UINT32_MAX, false);
    if (!gt_process_field(process, visitor->g->address, GT_F_g__defer, &record)) return;
    for (struct gt_loop loop = {0}; record; record = next) {
        if (gt_loop_closed(&loop, record)) {
            visitor->lost++;
            return;
        }
        visitor->visit(visitor->ctx, 0, record, UINT32_MAX, false);
        if (gt_process_field(process, record, GT_F__defer_fn, &value))
            visitor->visit(visitor->ctx, record + gt_off(&process->layout, GT_F__defer_fn), value,
                           UINT32_MAX, false);
        if (!gt_process_field(process, record, GT_F__defer_link, &next)) return;
    }
}

uint64_t gt_goroutine_words(const struct gt_process *process, const struct gt_goroutine *g,
                            gt_goroutine_word_fn *visit, void *ctx)
{
    struct visitor visitor = {.process = process, .g = g, .visit = visit, .ctx = ctx};

    scan_registers(&visitor);
    scan_extended_registers(&visitor);
    scan_g(&visitor);
    return visitor.lost;
}

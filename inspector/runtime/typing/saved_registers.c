/* Recognizes asyncPreempt's frame by the ID of its function. A table for each machine has the
 * number of the register that is saved in each word from the frame's lower end on. */
#include "inspector/runtime/typing/saved_registers.h"

/*
 * DWARF's numbers of the general registers, in two orders: that of struct user_regs_struct, and
 * that in which asyncPreempt stores them, from `first` bytes above its sp on
 * (runtime/preempt_amd64.s and preempt_arm64.s; from 1.19 to 1.27 only what is above these has
 * changed). The registers that asyncPreempt leaves out, such as the frame pointer and g, hold no
 * variable.
 */
static const struct numbers {
    uint8_t count, preempt_count;
    uint8_t first;
    uint8_t general[31], preempt[31];
} numbers[] = {
    /* r15 to r12, rbp, rbx, r11 to r8, rax, rcx, rdx, rsi, rdi */
    [GT_MACHINE_AMD64] = {.count = 15,
                          .general = {15, 14, 13, 12, 6, 3, 11, 10, 9, 8, 0, 2, 1, 4, 5},
                          .preempt_count = 14,
                          .preempt = {0, 2, 1, 3, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15}},
    /* asyncPreempt: all but x18 and x27 and higher */
    [GT_MACHINE_ARM64] = {.count = 31,
                          .general = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10,
                                      11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
                                      22, 23, 24, 25, 26, 27, 28, 29, 30},
                          .preempt_count = 26,
                          .first = 8,
                          .preempt = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12,
                                      13, 14, 15, 16, 17, 19, 20, 21, 22, 23, 24, 25, 26}},
};

static const struct numbers *numbers_of(const struct gt_process *process)
{
    return &numbers[gt_core_machine(process->core)];
}

/* Whether the frame is asyncPreempt's, and whether that is still at its first instruction. */
static bool is_async_preempt(const struct gt_process *process,
                             const struct gt_goroutines *goroutines, const struct gt_goroutine *g,
                             uint32_t frame, bool *at_entry)
{
    const struct gt_pclntab *tab;
    struct gt_func func;

    if (!process->code.id_async_preempt || frame >= g->frame_count) return false;
    uint64_t pc = gt_g_frame(goroutines, g, frame)->pc;
    bool called = frame || !g->from_signal;
    if (!gt_text_find(&process->code, pc - called, &tab, &func)) return false;
    *at_entry = pc == func.entry;
    return func.id == process->code.id_async_preempt;
}

bool gt_frame_interrupted(const struct gt_process *process, const struct gt_goroutines *goroutines,
                          const struct gt_goroutine *g, uint32_t frame)
{
    bool at_entry;

    return frame ? is_async_preempt(process, goroutines, g, frame - 1, &at_entry) : g->from_signal;
}

uint32_t gt_frame_of_word(const struct gt_process *process, const struct gt_goroutines *goroutines,
                          const struct gt_root *root)
{
    const struct gt_goroutine *g = &goroutines->list[root->owner];
    bool at_entry;

    if (root->kind != GT_ROOT_CONSERVATIVE) return root->frame;
    return root->frame + is_async_preempt(process, goroutines, g, root->frame, &at_entry);
}

uint32_t gt_frame_of_registers(const struct gt_process *process,
                               const struct gt_goroutines *goroutines, const struct gt_goroutine *g)
{
    bool at_entry;

    if (!g->from_signal) return GT_NO_FRAME;
    if (!is_async_preempt(process, goroutines, g, 0, &at_entry)) return 0;
    return at_entry ? 1 : GT_NO_FRAME;
}

/* A frame's sp is the end of the frame that it called. */
int gt_register_saved_at(const struct gt_process *process, const struct gt_goroutines *goroutines,
                         const struct gt_root *root)
{
    const struct numbers *machine = numbers_of(process);
    const struct gt_goroutine *g = &goroutines->list[root->owner];
    bool at_entry;

    if (!root->frame || !is_async_preempt(process, goroutines, g, root->frame, &at_entry))
        return GT_NO_REGISTER;
    uint64_t sp = gt_g_frame(goroutines, g, root->frame - 1)->cfa;
    uint64_t index = (root->addr - sp - machine->first) / sizeof(uint64_t);
    return index < machine->preempt_count ? machine->preempt[index] : GT_NO_REGISTER;
}

int gt_register_number(const struct gt_process *process, size_t index)
{
    const struct numbers *machine = numbers_of(process);

    return index < machine->count ? machine->general[index] : GT_NO_REGISTER;
}

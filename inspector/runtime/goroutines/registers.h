/*
 * The registers of a running goroutine.
 *
 * In a core that GOTRACEBACK=crash made, every thread is in a signal handler on its gsignal stack,
 * so the thread's registers are not the goroutine's. They come from the first of these that fits:
 * the thread itself, if its sp is in the goroutine's stack; a signal frame on the gsignal stack
 * whose sp is there. Otherwise there are none, and the goroutine's sched is used (systemstack saves
 * it).
 */
#ifndef GT_RUNTIME_REGISTERS_H
#define GT_RUNTIME_REGISTERS_H

#include "inspector/runtime/goroutines/goroutines.h"

enum { GT_MAX_REGISTERS = 32 };

struct gt_registers {
    struct gt_position at;
    /* The general registers, in the order of struct user_regs_struct. Each may hold a pointer. */
    uint64_t value[GT_MAX_REGISTERS];
    size_t count;
    const struct gt_thread *thread;
};

bool gt_registers_of(const struct gt_process *process, const struct gt_goroutine *g,
                     struct gt_registers *out);

/*
 * The thread that runs C for a goroutine, with the registers from before a signal handler
 * interrupted it. False when its thread is not known or runs Go.
 */
bool gt_registers_in_c(const struct gt_process *process, const struct gt_goroutine *g,
                       struct gt_thread *out);

/* Gives a thread the registers from before a signal. `m` is the thread's, or 0 if it has none.
 * False when the thread is in no handler. */
bool gt_registers_interrupted(const struct gt_process *process, uint64_t m,
                              struct gt_thread *thread);

/* Where a walk of the thread's frames starts. */
struct gt_position gt_position_of(const struct gt_process *process, const struct gt_thread *thread);

/* Reads the signal frame that the kernel made for a handler: `sp` is the handler's caller's sp. It
 * gives the thread the registers that the signal interrupted. False, with nothing changed, if the
 * core has no signal frame there. */
bool gt_signal_frame_read(const struct gt_process *process, uint64_t sp, struct gt_siginfo *signal,
                          struct gt_thread *interrupted);

struct gt_caught { /* a signal whose handler is running */
    struct gt_siginfo signal;
    uint64_t pc; /* of the instruction that it interrupted */
};

/* The signal whose handler runs on the signal stack of an m's thread; the first one if handlers are
 * nested. False when that stack has none. */
bool gt_signal_handled(const struct gt_process *process, uint64_t m, struct gt_caught *out);

#endif

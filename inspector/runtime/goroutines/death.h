/*
 * Which goroutine and thread the process died in, and of which signal.
 *
 * Go's runtime ends a process itself: it marks the m (m.dying) and finally raises SIGABRT, so that
 * the kernel dumps the core. That SIGABRT is not the cause. The signal that came first is in one of
 * two places: in the frame that the kernel left on the m's signal stack, or in the g (g.sig) if the
 * handler made a panic of it. If no m was dying, the kernel ended the process, and the core's own
 * note has the signal.
 *
 * The thread that a signal hits need not run a goroutine. What the core does not hold stays
 * unknown. Borrows the process and the goroutines.
 */
#ifndef GT_RUNTIME_DEATH_H
#define GT_RUNTIME_DEATH_H

#include "inspector/runtime/goroutines/goroutines.h"

struct gt_death {
    bool died;
    uint64_t m;                     /* the m that was ending the process; 0: the kernel ended it */
    const struct gt_thread *thread; /* NULL: unknown */
    const struct gt_goroutine *g;   /* which the thread ran; NULL: none */
    struct gt_siginfo signal;       /* signal 0: there was none, or it is lost */
    uint64_t pc;                    /* of the instruction that the signal interrupted */
    bool caught;                    /* it did not become a panic: its handler ended the process */
    bool lost;                      /* there was a signal, and the core does not show which */
};

void gt_death_find(struct gt_process *process, const struct gt_goroutines *goroutines,
                   struct gt_death *out);

/* An error of the runtime began it, not a signal. A fault may be the cause of that error. */
bool gt_death_is_throw(const struct gt_process *process, const struct gt_death *death);

/* `fatal_error` is the runtime's message, or "". */
void gt_death_read_signal(const struct gt_process *process, const struct gt_goroutines *goroutines,
                          const char *fatal_error, struct gt_death *death);

#endif

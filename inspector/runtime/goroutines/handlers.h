/*
 * The signal frames of Go's handler on a thread's own stack, by walking its frames.
 *
 * The kernel calls runtime.sigtramp with its stack pointer at a signal frame: the signal, and the
 * registers of what it interrupted. So a walk of Go's frames that comes to runtime.sigtramp finds
 * the frame whichever stack the handler runs on. A thread of C that Go does not know has no signal
 * stack of Go's. Frames that earlier signals left on a signal stack are not found.
 */
#ifndef GT_RUNTIME_HANDLERS_H
#define GT_RUNTIME_HANDLERS_H

#include "inspector/core/siginfo.h"
#include "inspector/runtime/process/process.h"

struct gt_handled { /* a signal whose handler runs */
    struct gt_siginfo signal;
    struct gt_thread interrupted; /* the thread, with the registers that the signal interrupted */
};

/* The signal that made the runtime end the process. The runtime ends it by a signal that it sends
 * to itself, and that signal's frames are passed over. */
bool gt_handled_ending(const struct gt_process *process, const struct gt_thread *thread,
                       struct gt_handled *out);

/* The first of the signals whose handlers still run, and what the thread did before it. False if
 * none runs; the thread is then as it is. */
bool gt_handled_first(const struct gt_process *process, const struct gt_thread *thread,
                      struct gt_handled *out);

/* True if a signal hit a thread that Go does not know: the handler sends the signal again, and the
 * kernel ends the process (runtime.badsignal). The goroutine that the runtime takes meanwhile is
 * not the thread's. */
bool gt_handled_badly(const struct gt_process *process, const struct gt_thread *thread);

#endif

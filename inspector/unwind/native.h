/*
 * Native (C) frames of a thread, innermost first, by the unwind tables of the files it had mapped.
 *
 * libunwind reads the target through accessors over the core's memory alone: no file is opened, so
 * a shared library is followed only where the core holds its bytes or has an image of it. Only
 * unwind tables are believed. Where code has none (Go code never has), the walk ends, and a caller
 * can continue from the last frame's pc and sp.
 *
 * Invariants: sp grows from frame to frame. The exception is a signal handler on a stack of its
 * own: the walk goes from there to what it interrupted, a few times at most. What one walk reads is
 * bounded. Tables are checked before libunwind interprets them, because it trusts them.
 */
#ifndef GT_UNWIND_NATIVE_H
#define GT_UNWIND_NATIVE_H

#include "inspector/core/core.h"

struct gt_native_frame {
    uint64_t pc, sp;
    uint64_t cfa;     /* sp before the call of this frame's function; 0: unknown */
    bool interrupted; /* pc is where the thread stopped: the innermost frame, or one below a signal
                       * handler. Else pc is a return address: past its call, maybe past its
                       * function's end */
};

/*
 * The frames from the thread's pc, sp and regs on, at most `max`; returns how many were written.
 * For a thread that runs a signal handler, pass a copy of its gt_thread with the interrupted
 * registers to walk from there. *why_ended is a constant text, or NULL when the last frame is the
 * thread's outermost one.
 */
size_t gt_native_unwind(const struct gt_core *core, const struct gt_thread *thread,
                        struct gt_native_frame *out, size_t max, const char **why_ended);

/* The pc by which the frame's function is looked up. */
static inline uint64_t gt_native_lookup_pc(const struct gt_native_frame *frame)
{
    return frame->interrupted ? frame->pc : frame->pc - 1;
}

#endif

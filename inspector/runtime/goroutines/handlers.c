/* Walks from the thread's registers to runtime.sigtramp, takes the registers from the signal frame
 * there, and walks on from these. So it leaves nested handlers one after the other. */
#include "inspector/runtime/goroutines/handlers.h"

#include "inspector/runtime/goroutines/registers.h"
#include "inspector/unwind/goframes.h"

enum { MAX_FRAMES = 64, MAX_HANDLERS = 8 };

/* Walks from the thread's registers to the first frame of `name`; returns its caller's sp, or 0. */
static uint64_t find_frame(const struct gt_process *process, const struct gt_thread *thread,
                           const char *name)
{
    struct gt_position at = gt_position_of(process, thread);
    struct gt_unwinder walk;

    gt_unwind_start(&walk, &process->code, &at, at.sp, gt_process_stack_end(process, at.sp));
    for (int i = 0; walk.valid && i < MAX_FRAMES; i++) {
        if (gt_process_is_in(process, walk.frame.pc, name)) return walk.frame.fp;
        gt_unwind_next(&walk);
    }
    return 0;
}

static bool leave(const struct gt_process *process, struct gt_handled *in)
{
    uint64_t frame = find_frame(process, &in->interrupted, "runtime.sigtramp");

    return frame && gt_signal_frame_read(process, frame, &in->signal, &in->interrupted);
}

bool gt_handled_ending(const struct gt_process *process, const struct gt_thread *thread,
                       struct gt_handled *out)
{
    bool found = false;
    struct gt_handled next = {.interrupted = *thread};

    for (int i = 0; i < MAX_HANDLERS && leave(process, &next); i++) {
        *out = next;
        found = true;
        if (!gt_process_is_in(process, next.interrupted.pc, "runtime.raise")) break;
    }
    return found;
}

bool gt_handled_first(const struct gt_process *process, const struct gt_thread *thread,
                      struct gt_handled *out)
{
    *out = (struct gt_handled){.interrupted = *thread};
    bool found = false;

    for (int i = 0; i < MAX_HANDLERS && leave(process, out); i++)
        found = true;
    return found;
}

bool gt_handled_badly(const struct gt_process *process, const struct gt_thread *thread)
{
    return gt_process_is_in(process, thread->pc, "runtime.raise") &&
           find_frame(process, thread, "runtime.raisebadsignal");
}

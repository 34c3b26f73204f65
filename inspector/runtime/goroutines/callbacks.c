/* Finds the goroutine's frames of runtime.cgocallback, and those on the thread's stack, where each
 * one leads to the next one out. Both are paired from the outermost on. C's stack is then walked
 * from the registers that crosscall2 saved. */
#include "inspector/runtime/goroutines/callbacks.h"

#include "inspector/runtime/goroutines/read_ahead.h"

#include <inttypes.h>

enum {
    MAX_CALLBACKS = 32, /* more are a recursion through C, which the Go frames show */
    MAX_NATIVES = 32,   /* C frames kept for one callback */
    SAVED = 24,         /* from the sp of runtime.cgocallback's caller to the registers it saved */
};

/* The registers of C that crosscall2 saves, by their indices in struct user_regs_struct: rbx, r12
 * to r15, rbp (runtime/cgo/abi_amd64.h). */
static const uint8_t saved[] = {5, 3, 2, 1, 0, 4};

struct callback {
    uint64_t sp;             /* of runtime.cgocallback on the thread's stack */
    struct gt_thread caller; /* the registers with which C called Go */
};

struct reader {
    struct gt_process *process;
    struct gt_goroutines *all;
    struct gt_goroutine *g;
    uint32_t frames[MAX_CALLBACKS]; /* indices of runtime.cgocallback, innermost first */
    struct callback callbacks[MAX_CALLBACKS];
    uint32_t frame_count, callback_count;
};

/* Walks over runtime.cgocallback and its caller crosscall2, which C called. The pc is that of the
 * call itself. False where the stack has no such frames. */
static bool find_caller(const struct gt_process *process, uint64_t pc, struct callback *at)
{
    struct gt_position start = {.pc = pc, .sp = at->sp};
    struct gt_unwinder walk;

    gt_unwind_start(&walk, &process->code, &start, at->sp, gt_process_stack_end(process, at->sp));
    if (walk.valid) gt_unwind_next(&walk);
    if (!walk.valid || !gt_process_is_in(process, walk.frame.pc, "crosscall2") || !walk.frame.lr)
        return false;
    at->caller = (struct gt_thread){.reg_count = sizeof at->caller.regs / sizeof *at->caller.regs,
                                    .sp = walk.frame.fp,
                                    .pc = walk.frame.lr - 1};
    for (size_t i = 0; i < sizeof saved; i++)
        if (!gt_mem_u64(process->mem, walk.frame.sp + SAVED + 8 * i, &at->caller.regs[saved[i]]))
            return false;
    return true;
}

static const char *read_natives(struct reader *reader, const struct callback *at, uint32_t below)
{
    struct gt_native_frame frames[MAX_NATIVES];
    const char *why;

    gt_read_ahead_end(&reader->all->ahead); /* libraries change the memory map */
    gt_process_libraries(reader->process);
    size_t walked = gt_native_unwind(reader->process->core, &at->caller, frames, MAX_NATIVES, &why);
    size_t count = gt_count_natives(reader->process, frames, walked);
    for (size_t i = 0; i < count; i++) {
        struct gt_callback_frame frame = {frames[i], below};
        gt_vec_add(&reader->all->callbacks, &frame);
    }
    reader->g->callback_count += (uint32_t)count;
    return count == walked ? why : NULL;
}

/* False when there are more than fit. */
static bool find_frames(struct reader *reader)
{
    for (uint32_t i = 0; i < reader->g->frame_count; i++) {
        uint64_t pc = gt_g_frame(reader->all, reader->g, i)->pc;
        if (!gt_process_is_in(reader->process, pc, "runtime.cgocallback")) continue;
        if (reader->frame_count == MAX_CALLBACKS) return false;
        reader->frames[reader->frame_count++] = i;
    }
    return true;
}

/* The outermost callback of a thread that C made leads to itself. */
static void find_callbacks(struct reader *reader, uint64_t sp)
{
    uint64_t pc = gt_g_frame(reader->all, reader->g, reader->frames[0])->pc, before = 0;

    while (reader->callback_count < reader->frame_count && sp != before) {
        struct callback *at = &reader->callbacks[reader->callback_count];
        at->sp = before = sp;
        if (!find_caller(reader->process, pc, at)) return;
        reader->callback_count++;
        if (!gt_mem_u64(reader->process->mem, sp, &sp)) return;
    }
}

/* The thread that a callback runs on is locked to its goroutine, until a panic unwinds the
 * callback. */
static bool find_first(const struct gt_process *process, const struct gt_goroutine *g, uint64_t *sp)
{
    uint64_t m = 0, g0;

    if (!g->locked && g->status != GT_G_RUNNING && g->status != GT_G_SYSCALL) return false;
    if (g->locked) gt_process_field(process, g->address, GT_F_g_lockedm, &m);
    if (!m) gt_process_field(process, g->address, GT_F_g_m, &m);
    return m && gt_process_field(process, m, GT_F_m_g0, &g0) && g0 &&
           gt_process_field(process, g0, GT_F_g_sched_sp, sp);
}

/* A panic unwinds the innermost callbacks on the thread's stack, and leaves the goroutine's. */
static const char *read_all(struct reader *reader, uint64_t sp)
{
    const char *why = NULL;

    if (!find_frames(reader)) return "too many callbacks";
    if (!reader->frame_count) return NULL;
    find_callbacks(reader, sp);
    uint32_t unwound = reader->frame_count - reader->callback_count;
    for (uint32_t i = 0; i < reader->callback_count && !why; i++)
        why = read_natives(reader, &reader->callbacks[i], reader->frames[unwound + i] + 1);
    if (why) return why;
    return unwound ? "a panic has unwound them, or the stack is damaged" : NULL;
}

/* The reader has kilobytes, so it is made only for a goroutine that may have callbacks. */
static void read_from(struct gt_process *process, struct gt_goroutines *all, struct gt_goroutine *g,
                      uint64_t sp)
{
    struct reader reader = {.process = process, .all = all, .g = g};
    const char *why = read_all(&reader, sp);

    if (why)
        gt_process_lost(process, GT_OF_NAMES,
                        "goroutine %" PRIu64 ": C frames that called Go are not shown: %s", g->id,
                        why);
}

void gt_callbacks_read(struct gt_process *process, struct gt_goroutines *all,
                       struct gt_goroutine *g)
{
    uint64_t sp;

    g->first_callback = (uint32_t)all->callbacks.len;
    if (find_first(process, g, &sp)) read_from(process, all, g, sp);
}

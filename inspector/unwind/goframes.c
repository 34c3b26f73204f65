#include "inspector/unwind/goframes.h"

enum { WORD = 8 };

bool gt_text_find(const struct gt_text *code, uint64_t pc, const struct gt_pclntab **tab,
                  struct gt_func *func)
{
    for (size_t i = 0; i < code->tab_count; i++)
        if (gt_func_find(code->tabs[i], pc, func)) {
            *tab = code->tabs[i];
            return true;
        }
    return false;
}

static void stop(struct gt_unwinder *walk, const char *why)
{
    walk->valid = false;
    walk->broken = why;
}

/* Where the frame would go on. A frame that called sigpanic goes on at its deferreturn, if it has
 * one: the fault's own pc has no stack map (runtime/traceback.go, unwinder.resolveInternal). */
static uint64_t continuation(const struct gt_unwinder *walk, const struct gt_go_frame *frame)
{
    if (!walk->code->id_sigpanic || walk->callee_id != walk->code->id_sigpanic) return frame->pc;
    if (frame->func.deferreturn == 0) return 0;
    return frame->func.entry + frame->func.deferreturn + 1;
}

/* Completes walk->frame from its pc and sp. amd64: the caller's return address lies below fp,
 * and the saved frame pointer below that when the frame has room for one. */
static void resolve(struct gt_unwinder *walk)
{
    struct gt_go_frame *frame = &walk->frame;
    int32_t delta;

    if (!gt_text_find(walk->code, frame->pc, &frame->tab, &frame->func))
        return stop(walk, "a return address that is no Go code");
    /* At a return address the delta of the call itself counts; they only differ after a call
     * that never returns, where the next instruction may belong to another path. */
    if (!gt_func_spdelta(frame->tab, &frame->func, frame->pc, &delta) || delta < 0)
        return stop(walk, "a pc without a frame size");
    frame->fp = frame->sp + (uint32_t)delta + WORD;
    if (frame->fp < frame->sp || frame->fp > walk->hi) return stop(walk, "a frame past the stack");
    frame->varp = frame->fp - WORD;
    if (frame->varp > frame->sp) frame->varp -= WORD;
    frame->argp = frame->fp;
    frame->continpc = continuation(walk, frame);
    walk->valid = true;
}

void gt_unwind_start(struct gt_unwinder *walk, const struct gt_text *code, uint64_t pc, uint64_t sp,
                     uint64_t lo, uint64_t hi)
{
    *walk = (struct gt_unwinder){.code = code, .lo = lo, .hi = hi};
    walk->frame.pc = pc;
    walk->frame.sp = sp;
    if (sp < lo || sp >= hi) return stop(walk, "a stack pointer outside the stack");
    resolve(walk);
}

void gt_unwind_next(struct gt_unwinder *walk)
{
    struct gt_go_frame *frame = &walk->frame;
    uint64_t caller;

    if (frame->func.flag & GT_FUNC_TOP_FRAME) return stop(walk, NULL);
    if (!gt_mem_u64(walk->code->mem, frame->fp - WORD, &caller))
        return stop(walk, "stack memory that the core lacks");
    if (caller == 0) return stop(walk, NULL);
    if (frame->fp >= walk->hi) return stop(walk, "a frame past the stack");
    walk->callee_id = frame->func.id;
    *frame = (struct gt_go_frame){.pc = caller, .sp = frame->fp};
    resolve(walk);
}

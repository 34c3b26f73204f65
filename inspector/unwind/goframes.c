/* A frame's size comes from the function table at its pc. Its return address is in the stack, or
 * still in the link register. What the tables have for recent pcs is cached by a hash of the pc. */
#include "inspector/unwind/goframes.h"

#include "inspector/base/alloc.h"

enum { WORD = 8, CACHE_BITS = 11 };

/* 32 vector registers of 64 bytes, and 8 masks. */
const struct gt_frame_rules gt_frames_amd64 = {.call_bytes = WORD,
                                               .extended_registers = 32 * 64 + 8 * WORD};

/* arm64's frames are aligned to 16 bytes, and begin with the link register. */
const struct gt_frame_rules gt_frames_arm64 = {.link_register = true,
                                               .args_offset = WORD,
                                               .least_locals = 2 * WORD,
                                               .injected = 2 * WORD,
                                               .extended_registers = 32 * 2 * WORD};

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

/* The pc where the frame would continue. A frame that called sigpanic continues at its deferreturn,
 * if it has one: the fault's own pc has no stack map (runtime/traceback.go,
 * unwinder.resolveInternal). */
static uint64_t continuation(const struct gt_unwinder *walk, const struct gt_go_frame *frame)
{
    if (!walk->code->id_sigpanic || walk->callee_id != walk->code->id_sigpanic) return frame->pc;
    if (frame->func.deferreturn == 0) return 0;
    return frame->func.entry + frame->func.deferreturn + 1;
}

static bool word_at(const struct gt_unwinder *walk, uint64_t addr, uint64_t *word)
{
    uint64_t size = walk->hi - walk->lo;

    if (!walk->stack || size < WORD || addr - walk->lo > size - WORD)
        return gt_mem_u64(walk->code->mem, addr, word);
    *word = gt_load64(walk->stack + (addr - walk->lo));
    return true;
}

/* Finds where the frame returns to. The call pushed the address, or the function stored it. An
 * innermost function may not have stored it yet. */
static bool find_return(struct gt_unwinder *walk)
{
    struct gt_go_frame *frame = &walk->frame;

    if (frame->func.flag & GT_FUNC_TOP_FRAME) return true;
    if (!walk->code->rules->link_register) return word_at(walk, frame->fp - WORD, &frame->lr);
    if (frame->lr && (walk->started || frame->sp >= frame->fp)) return true;
    return word_at(walk, frame->sp, &frame->lr);
}

/* ---- the function tables at a pc ----------------------------------------------------------- */

struct known_pc {
    uint64_t pc; /* 0: none yet */
    const struct gt_pclntab *tab;
    struct gt_func func;
    int32_t delta; /* size of the frame */
};

struct gt_frame_cache {
    struct known_pc known[1 << CACHE_BITS];
};

struct gt_frame_cache *gt_frame_cache_create(void)
{
    return gt_calloc(1, sizeof(struct gt_frame_cache));
}

void gt_frame_cache_destroy(struct gt_frame_cache *cache)
{
    gt_free(cache);
}

/* Takes the delta at the return address, as the runtime does, not that of the call. The two differ
 * only after a call that never returns: there the next instruction may belong to another path. */
static const char *look_up(const struct gt_text *code, uint64_t pc, struct known_pc *out)
{
    if (!gt_text_find(code, pc, &out->tab, &out->func))
        return "a return address that is no Go code";
    if (!gt_func_spdelta(out->tab, &out->func, pc, &out->delta) || out->delta < 0)
        return "a pc without a frame size";
    out->pc = pc;
    return NULL;
}

/* What the tables have at pc, in the cache or in `own`; NULL, and why in *wrong, when they have
 * nothing. Valid until the next call. */
static const struct known_pc *find_frame(const struct gt_text *code, uint64_t pc,
                                         struct known_pc *own, const char **wrong)
{
    struct known_pc *known = NULL;

    if (code->cache) known = &code->cache->known[pc * 0x9e3779b97f4a7c15u >> (64 - CACHE_BITS)];
    if (known && known->pc == pc && pc) return known;
    *wrong = look_up(code, pc, own);
    if (*wrong) return NULL;
    if (!known) return own;
    *known = *own;
    return known;
}

/* ---- walks ----------------------------------------------------------------------------------- */

/* Completes walk->frame from its pc and sp: the saved frame pointer lies at the end of the locals,
 * when the frame has room for one. */
static void resolve(struct gt_unwinder *walk)
{
    const struct gt_frame_rules *rules = walk->code->rules;
    struct gt_go_frame *frame = &walk->frame;
    struct known_pc own;
    const char *wrong = NULL;
    const struct known_pc *known = find_frame(walk->code, frame->pc, &own, &wrong);

    if (!known) return stop(walk, wrong);
    frame->tab = known->tab;
    frame->func = known->func;
    frame->fp = frame->sp + (uint32_t)known->delta + rules->call_bytes;
    if (frame->fp < frame->sp || frame->fp > walk->hi) return stop(walk, "a frame past the stack");
    if (walk->started && frame->fp == frame->sp && walk->callee_size == 0)
        return stop(walk, "frames of no size");
    if (!find_return(walk)) return stop(walk, "stack memory that the core lacks");
    frame->varp = frame->fp - rules->call_bytes;
    if (frame->varp > frame->sp) frame->varp -= WORD;
    frame->argp = frame->fp + rules->args_offset;
    frame->continpc = continuation(walk, frame);
    walk->valid = true;
}

/* A call through a nil function pointer: the frame is the caller's. */
static void skip_nil_call(struct gt_unwinder *walk)
{
    struct gt_go_frame *frame = &walk->frame;

    if (frame->pc || !word_at(walk, frame->sp, &frame->pc)) return;
    frame->sp += walk->code->rules->call_bytes;
    frame->lr = 0;
}

void gt_unwind_start(struct gt_unwinder *walk, const struct gt_text *code,
                     const struct gt_position *at, uint64_t lo, uint64_t hi)
{
    *walk = (struct gt_unwinder){.code = code, .lo = lo, .hi = hi};
    walk->frame = (struct gt_go_frame){.pc = at->pc, .sp = at->sp, .lr = at->lr};
    if (at->sp < lo || at->sp >= hi) return stop(walk, "a stack pointer outside the stack");
    walk->stack = gt_mem_at(code->mem, lo, hi - lo);
    skip_nil_call(walk);
    resolve(walk);
}

bool gt_is_injected(const struct gt_text *code, uint8_t id)
{
    return id &&
           (id == code->id_sigpanic || id == code->id_async_preempt || id == code->id_debug_call);
}

/* A handler that makes a function call another saves its link register first. */
static void restore_link(struct gt_unwinder *walk)
{
    const struct gt_frame_rules *rules = walk->code->rules;
    struct gt_go_frame *frame = &walk->frame;
    const struct gt_pclntab *tab;
    struct gt_func func;
    uint64_t saved;
    int32_t delta;

    if (!rules->link_register || !gt_is_injected(walk->code, walk->callee_id) ||
        !word_at(walk, frame->sp, &saved))
        return;
    frame->sp += rules->injected;
    if (!gt_text_find(walk->code, frame->pc, &tab, &func))
        frame->pc = saved;
    else if (gt_func_spdelta(tab, &func, frame->pc, &delta) && delta == 0)
        frame->lr = saved;
}

void gt_unwind_next(struct gt_unwinder *walk)
{
    struct gt_go_frame *frame = &walk->frame;
    uint64_t caller = frame->lr;

    if (frame->func.flag & GT_FUNC_TOP_FRAME || caller == 0) return stop(walk, NULL);
    if (frame->fp >= walk->hi) return stop(walk, "a frame past the stack");
    walk->callee_id = frame->func.id;
    walk->callee_size = frame->fp - frame->sp;
    walk->started = true;
    *frame = (struct gt_go_frame){.pc = caller, .sp = frame->fp};
    restore_link(walk);
    resolve(walk);
}

/* Stack maps, stack objects and arguments. The input is a moduledata and all that it points to, a
 * goroutine's g at G, the stack that the g names, and its frames. */
#include "gotypes/code/arguments.h"
#include "inspector/runtime/roots/stackscan.h"
#include "tests/fuzz/fuzz.h"

enum { G = 0xa000, STACK = 0xb000, STACK_SIZE = 0x2000, MOST_FRAMES = 1000, WRAPPER = 22 };

static void found(void *ctx, const struct gt_stack_word *word)
{
    *(uint64_t *)ctx += word->value + word->frame;
}

/* g.sched has the pc and sp where its frames start. */
static struct gt_goroutine goroutine(const struct gt_process *process)
{
    struct gt_goroutine g = {.address = FUZZ_BASE + G,
                             .stack_lo = FUZZ_BASE + STACK,
                             .stack_hi = FUZZ_BASE + STACK + STACK_SIZE};

    gt_process_field(process, g.address, GT_F_g_sched_pc, &g.at.pc);
    gt_process_field(process, g.address, GT_F_g_sched_sp, &g.at.sp);
    gt_process_field(process, g.address, GT_F_g_sched_lr, &g.at.lr);
    return g;
}

static uint64_t ask_frames(const struct gt_process *process, const struct gt_goroutine *g)
{
    struct gt_argument arguments[GT_MAX_ARGUMENTS];
    struct gt_unwinder walk;
    uint64_t sum = 0;

    gt_unwind_start(&walk, &process->code, &g->at, g->stack_lo, g->stack_hi);
    for (int i = 0; walk.valid && i < MOST_FRAMES; i++, gt_unwind_next(&walk)) {
        const struct gt_go_frame *frame = &walk.frame;
        size_t count =
            gt_func_arguments(frame->tab, &frame->func, frame->pc - 1, arguments, GT_MAX_ARGUMENTS);
        for (size_t j = 0; j < count; j++)
            sum += arguments[j].size + arguments[j].live;
    }
    return sum;
}

static void ask(struct gt_process *process)
{
    struct gt_stack_counts counts = {0};

    process->losses = GT_VEC_OF(const char *);
    process->code.cache = gt_frame_cache_create();
    process->code.id_async_preempt = 1;
    process->code.id_debug_call = 2;
    process->code.id_sigpanic = 3;
    process->code.id_wrapper = WRAPPER;
    struct gt_goroutine g = goroutine(process);
    uint64_t sum = ask_frames(process, &g);
    gt_stack_scan(process, &g, found, &sum, &counts);
    gt_frame_cache_destroy(process->code.cache);
    gt_arena_deinit(&process->names);
    gt_vec_deinit(&process->losses);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    struct fuzz_target target;
    struct fuzz_process fuzzed;

    if (!fuzz_target_init(&target, bytes, size) || !fuzz_process_open(&fuzzed, &target)) return 0;
    ask(&fuzzed.process);
    fuzz_process_close(&fuzzed);
    return 0;
}

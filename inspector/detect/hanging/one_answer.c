/* Follows the code of each frame from the return address on, by all branches, to see whether it
 * comes back to the same call. On the way it notes calls that lock or make a channel. */
#include "inspector/detect/hanging/one_answer.h"

#include "inspector/runtime/waits/code_flow.h"
#include "inspector/runtime/waits/code_owner.h"

#include <string.h>

enum {
    MAX_FRAMES = 64,  /* frames of a goroutine that are read, from its wait on */
    MAX_CALLEES = 32, /* calls of one function that are kept */
    MAX_LOCKS = 32,
};

struct flow_reader { /* what may run from a frame's pc on */
    const struct gt_process *process;
    uint64_t pc;
    bool again; /* the frame's call may run again */
    bool makes; /* the code makes a channel */
    uint64_t callees[MAX_CALLEES];
    size_t callee_count;
    uint64_t locks[MAX_LOCKS]; /* calls that lock, or that may */
    size_t lock_count;
};

static bool is_one_of(const char *function, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(function, names[i]) == 0) return true;
    return false;
}

static void take_call(struct flow_reader *flow_reader, const struct gt_flow_step *step)
{
    static const char *const makers[] = {"runtime.makechan", "runtime.makechan64"};
    static const char *const lockers[] = {
        "sync.(*Mutex).Lock",          "sync.(*Mutex).lockSlow",
        "internal/sync.(*Mutex).Lock", "internal/sync.(*Mutex).lockSlow",
        "sync.(*RWMutex).Lock",        "sync.(*RWMutex).RLock"};
    const char *name = gt_process_function(flow_reader->process, step->instruction.target);
    bool locks =
        step->instruction.indirect || is_one_of(name, lockers, sizeof lockers / sizeof *lockers);

    if (locks && flow_reader->lock_count < MAX_LOCKS)
        flow_reader->locks[flow_reader->lock_count++] = step->pc;
    if (step->instruction.kind != GT_FLOW_CALL) return;
    flow_reader->makes |= is_one_of(name, makers, sizeof makers / sizeof *makers);
    if (flow_reader->callee_count < MAX_CALLEES && !gt_is_runtimes(name))
        flow_reader->callees[flow_reader->callee_count++] = step->instruction.target;
}

/* A panic, such as that of an index: what stands behind it is the function's prologue, which leads
 * to all of it. */
static bool never_returns(const struct gt_process *process,
                          const struct gt_instruction *instruction)
{
    return instruction->kind == GT_FLOW_CALL && !instruction->indirect &&
           gt_code_never_returns(gt_process_function(process, instruction->target));
}

static bool read_step(void *ctx, const struct gt_flow_step *step)
{
    struct flow_reader *flow_reader = ctx;
    const struct gt_instruction *instruction = &step->instruction;

    flow_reader->again |= step->pc + instruction->length == flow_reader->pc &&
                          (instruction->kind == GT_FLOW_CALL || instruction->indirect);
    if (instruction->kind == GT_FLOW_CALL || instruction->indirect) take_call(flow_reader, step);
    return !never_returns(flow_reader->process, instruction);
}

/* Returns false where the code is not understood. */
static bool read_flow(const struct gt_process *process, uint64_t within, uint64_t from,
                      struct flow_reader *flow_reader)
{
    struct gt_code_flow flow;

    flow_reader->process = process;
    if (!gt_code_flow_init(&flow, process, within)) return false;
    gt_code_flow_visit(&flow, from ? from : flow.func.entry, read_step, flow_reader);
    gt_code_flow_deinit(&flow);
    return true;
}

/* The code makes a channel itself, or by a function that it calls. */
static bool makes_channel(const struct gt_process *process, struct flow_reader *flow_reader)
{
    for (size_t i = 0; i < flow_reader->callee_count && !flow_reader->makes; i++) {
        struct flow_reader callee = {0};
        if (read_flow(process, flow_reader->callees[i], 0, &callee))
            flow_reader->makes |= callee.makes;
    }
    return flow_reader->makes;
}

/* The loop around a wait for a condition locks, or calls what the code does not name. Then it is a
 * worker's loop. */
static bool locks_again(const struct gt_process *process, const struct flow_reader *flow_reader)
{
    for (size_t i = 0; i < flow_reader->lock_count; i++) {
        struct flow_reader behind = {.pc = flow_reader->pc};
        if (!read_flow(process, flow_reader->pc - 1, flow_reader->locks[i], &behind) ||
            behind.again)
            return true;
    }
    return false;
}

bool gt_waits_for_one_answer(const struct gt_heap_analysis *analysis, const struct gt_goroutine *g,
                             uint32_t first, bool condition)
{
    const struct gt_process *process = analysis->process;
    bool made = false, again = false;

    for (uint32_t i = first; i < g->frame_count && i - first < MAX_FRAMES && !again; i++) {
        uint64_t pc = gt_g_frame(analysis->goroutines, g, i)->pc;
        struct flow_reader flow_reader = {.pc = pc}, whole = {0};
        if (!read_flow(process, pc - 1, pc, &flow_reader)) return false;
        again = flow_reader.again;
        if (i == first && condition) again = again && locks_again(process, &flow_reader);
        if (!again) read_flow(process, pc - 1, 0, &whole);
        made = made || makes_channel(process, again ? &flow_reader : &whole);
    }
    return !again || (made && !condition);
}

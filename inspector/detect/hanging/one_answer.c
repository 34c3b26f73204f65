#include "inspector/detect/hanging/one_answer.h"

#include "inspector/runtime/waits/code_flow.h"

#include <string.h>

enum {
    MAX_FRAMES = 64,  /* of a goroutine that are looked at, from its wait on */
    MAX_CALLEES = 32, /* of one function */
    MAX_LOCKS = 32,
};

struct looker { /* at what runs from a frame's pc on */
    const struct gt_process *process;
    uint64_t pc;
    bool again; /* it comes to the frame's call again */
    bool makes; /* a channel is made on the way */
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

static void take_call(struct looker *looker, const struct gt_flow_step *step)
{
    static const char *const makers[] = {"runtime.makechan", "runtime.makechan64"};
    static const char *const lockers[] = {
        "sync.(*Mutex).Lock",          "sync.(*Mutex).lockSlow",
        "internal/sync.(*Mutex).Lock", "internal/sync.(*Mutex).lockSlow",
        "sync.(*RWMutex).Lock",        "sync.(*RWMutex).RLock"};
    const char *name = gt_process_function(looker->process, step->instruction.target);
    bool locks =
        step->instruction.indirect || is_one_of(name, lockers, sizeof lockers / sizeof *lockers);

    if (locks && looker->lock_count < MAX_LOCKS) looker->locks[looker->lock_count++] = step->pc;
    if (step->instruction.kind != GT_FLOW_CALL) return;
    looker->makes |= is_one_of(name, makers, sizeof makers / sizeof *makers);
    if (looker->callee_count < MAX_CALLEES && !gt_is_runtimes(name))
        looker->callees[looker->callee_count++] = step->instruction.target;
}

static bool look(void *ctx, const struct gt_flow_step *step)
{
    struct looker *looker = ctx;
    const struct gt_instruction *instruction = &step->instruction;

    looker->again |= step->pc + instruction->length == looker->pc &&
                     (instruction->kind == GT_FLOW_CALL || instruction->indirect);
    if (instruction->kind == GT_FLOW_CALL || instruction->indirect) take_call(looker, step);
    return true;
}

/* Returns false where the code is not understood. */
static bool look_from(const struct gt_process *process, uint64_t within, uint64_t from,
                      struct looker *looker)
{
    struct gt_code_flow flow;

    looker->process = process;
    if (!gt_code_flow_init(&flow, process, within)) return false;
    gt_code_flow_visit(&flow, from ? from : flow.func.entry, look, looker);
    gt_code_flow_deinit(&flow);
    return true;
}

/* It makes a channel itself, or by a function that it calls. */
static bool makes_channel(const struct gt_process *process, struct looker *looker)
{
    for (size_t i = 0; i < looker->callee_count && !looker->makes; i++) {
        struct looker callee = {0};
        if (look_from(process, looker->callees[i], 0, &callee)) looker->makes |= callee.makes;
    }
    return looker->makes;
}

/* The loop about a wait for a condition locks, or calls what the code does not name: it is that of
 * a worker, who comes back for more. */
static bool locks_again(const struct gt_process *process, const struct looker *looker)
{
    for (size_t i = 0; i < looker->lock_count; i++) {
        struct looker behind = {.pc = looker->pc};
        if (!look_from(process, looker->pc - 1, looker->locks[i], &behind) || behind.again)
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
        struct looker looker = {.pc = pc}, whole = {0};
        if (!look_from(process, pc - 1, pc, &looker)) return false;
        again = looker.again;
        if (i == first && condition) again = again && locks_again(process, &looker);
        if (!again) look_from(process, pc - 1, 0, &whole);
        made = made || makes_channel(process, again ? &looker : &whole);
    }
    return !again || (made && !condition);
}

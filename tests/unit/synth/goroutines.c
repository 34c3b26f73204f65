/*
 * Goroutines: a g on the heap, a stack of a page, and the frames of its calls.
 *
 * From its sp on, a frame of Go is its variables, the saved rbp, and the return address. The
 * runtime's frames above the program's function are those of its wait.
 */
#include "tests/unit/synth/synth_impl.h"

#include <stdlib.h>

enum { STACK = 4096, MAX_FRAMES = 8, MAX_REASON = 40 };

/* Index in waitReasonStrings: the enum's, from 2 on (0 is "", 1 is fixed). */
static const struct {
    const char *reason;
    const char *frames[MAX_FRAMES]; /* innermost first, down to the program's function */
} waits[SYNTH_WAITS] = {
    [SYNTH_SEND] = {"chan send", {"runtime.gopark", "runtime.chansend", "runtime.chansend1"}},
    [SYNTH_RECEIVE] = {"chan receive", {"runtime.gopark", "runtime.chanrecv", "runtime.chanrecv1"}},
    [SYNTH_SEND_NIL] = {"chan send (nil chan)",
                        {"runtime.gopark", "runtime.chansend", "runtime.chansend1"}},
    [SYNTH_RECEIVE_NIL] = {"chan receive (nil chan)",
                           {"runtime.gopark", "runtime.chanrecv", "runtime.chanrecv1"}},
    [SYNTH_SELECT] = {"select", {"runtime.gopark", "runtime.selectgo"}},
    [SYNTH_SELECT_NONE] = {"select (no cases)", {"runtime.gopark", "runtime.block"}},
    [SYNTH_MUTEX] = {"sync.Mutex.Lock",
                     {"runtime.gopark", "runtime.semacquire1",
                      "internal/sync.runtime_SemacquireMutex", "internal/sync.(*Mutex).lockSlow",
                      "sync.(*Mutex).Lock"}},
    [SYNTH_RWMUTEX_READ] = {"sync.RWMutex.RLock",
                            {"runtime.gopark", "runtime.semacquire1",
                             "sync.runtime_SemacquireRWMutexR", "sync.(*RWMutex).RLock"}},
    [SYNTH_RWMUTEX_WRITE] = {"sync.RWMutex.Lock",
                             {"runtime.gopark", "runtime.semacquire1",
                              "sync.runtime_SemacquireRWMutex", "sync.(*RWMutex).Lock"}},
    [SYNTH_WAIT_GROUP] = {"sync.WaitGroup.Wait",
                          {"runtime.gopark", "runtime.semacquire1",
                           "sync.runtime_SemacquireWaitGroup", "sync.(*WaitGroup).Wait"}},
    [SYNTH_RWMUTEX_AFTER_WRITER] = {"sync.Mutex.Lock",
                                    {"runtime.gopark", "runtime.semacquire1",
                                     "internal/sync.runtime_SemacquireMutex",
                                     "internal/sync.(*Mutex).lockSlow", "sync.(*Mutex).Lock",
                                     "sync.(*RWMutex).Lock"}},
    [SYNTH_ONCE] = {"sync.Mutex.Lock",
                    {"runtime.gopark", "runtime.semacquire1",
                     "internal/sync.runtime_SemacquireMutex", "internal/sync.(*Mutex).lockSlow",
                     "sync.(*Mutex).Lock", "sync.(*Once).doSlow", "sync.(*Once).Do"}},
    [SYNTH_COND] = {"sync.Cond.Wait",
                    {"runtime.gopark", "runtime.goparkunlock", "sync.runtime_notifyListWait",
                     "sync.(*Cond).Wait"}},
    [SYNTH_SEMAPHORE] = {"semacquire",
                         {"runtime.gopark", "runtime.semacquire1", "sync.runtime_Semacquire"}},
    [SYNTH_OLD_MUTEX] = {"semacquire",
                         {"runtime.gopark", "runtime.semacquire1", "sync.runtime_SemacquireMutex",
                          "sync.(*Mutex).lockSlow", "sync.(*Mutex).Lock"}},
    [SYNTH_OLD_RWMUTEX_READ] = {"semacquire",
                                {"runtime.gopark", "runtime.semacquire1",
                                 "sync.runtime_SemacquireMutex", "sync.(*RWMutex).RLock"}},
    [SYNTH_OLD_RWMUTEX_WRITE] = {"semacquire",
                                 {"runtime.gopark", "runtime.semacquire1",
                                  "sync.runtime_SemacquireMutex", "sync.(*RWMutex).Lock"}},
    [SYNTH_OLD_RWMUTEX_AFTER_WRITER] = {"semacquire",
                                        {"runtime.gopark", "runtime.semacquire1",
                                         "sync.runtime_SemacquireMutex", "sync.(*Mutex).lockSlow",
                                         "sync.(*Mutex).Lock", "sync.(*RWMutex).Lock"}},
    [SYNTH_OLD_WAIT_GROUP] = {"semacquire",
                              {"runtime.gopark", "runtime.semacquire1", "sync.runtime_Semacquire",
                               "sync.(*WaitGroup).Wait"}},
    [SYNTH_OLD_ONCE] = {"semacquire",
                        {"runtime.gopark", "runtime.semacquire1", "sync.runtime_SemacquireMutex",
                         "sync.(*Mutex).lockSlow", "sync.(*Mutex).Lock", "sync.(*Once).doSlow",
                         "sync.(*Once).Do"}},
    [SYNTH_CORO] = {"coroutine", {"runtime.coroswitch_m", "iter.Pull[...].func1"}},
    [SYNTH_DURABLE] = {"chan receive (durable)",
                       {"runtime.gopark", "runtime.chanrecv", "runtime.chanrecv1"}},
    [SYNTH_OLD_DURABLE] = {"chan receive (synctest)",
                           {"runtime.gopark", "runtime.chanrecv", "runtime.chanrecv1"}},
    [SYNTH_BUBBLE_RUN] = {"synctest.Run", {"runtime.gopark", "internal/synctest.Run"}},
    [SYNTH_BUBBLE_WAIT] = {"synctest.Wait", {"runtime.gopark", "internal/synctest.Wait"}},
    [SYNTH_SLEEP] = {"sleep", {"runtime.gopark", "time.Sleep"}},
    [SYNTH_IO] = {"IO wait",
                  {"runtime.gopark", "runtime.netpollblock", "internal/poll.runtime_pollWait",
                   "internal/poll.(*FD).Read", "net.(*conn).Read"}},
    [SYNTH_GC_WORKER] = {"GC worker (idle)", {"runtime.gopark", "runtime.gcBgMarkWorker"}},
    [SYNTH_FINALIZER_WAIT] = {"finalizer wait", {"runtime.gopark", "runtime.runFinalizers"}},
    [SYNTH_PREEMPTED] = {"", {"runtime.asyncPreempt2", "runtime.asyncPreempt"}},
    [SYNTH_IN_BARRIER] = {"",
                          {"runtime.systemstack_switch", "runtime.wbBufFlush", "gcWriteBarrier"}},
};

static void put_string(struct synth *synth, uint64_t header, const char *text)
{
    synth_put(synth, header, synth_new_bytes(synth, SYNTH_RODATA, text, strlen(text) + 1));
    synth_put(synth, header + 8, strlen(text));
}

void synth_start_goroutines(struct synth *synth)
{
    uint64_t size = (SYNTH_WAITS + 2) * 16;
    uint64_t names = synth_alloc(synth, SYNTH_NOPTRDATA, size, 32);

    synth_symbol(synth, "runtime.waitReasonStrings", names, size);
    put_string(synth, names + 16, "GC assist marking");
    for (size_t i = 0; i < SYNTH_WAITS; i++)
        put_string(synth, names + 32 + i * 16, waits[i].reason);
    synth_entry(synth, "runtime.goexit");
    synth_started_by(synth_go(synth, "main.main"), "runtime.main");
}

struct synth_g *synth_go(struct synth *synth, const char *function)
{
    static const enum gt_field_id pointers[] = {
        GT_F_g__panic, GT_F_g__defer, GT_F_g_sched_ctxt, GT_F_g_param,  GT_F_g_waiting,
        GT_F_g_labels, GT_F_g_timer,  GT_F_g_coroarg,    GT_F_g_bubble,
    };
    struct synth_g *g = gt_calloc(1, sizeof *g);

    *g = (struct synth_g){.synth = synth, .function = function, .how = -1, .since = SYNTH_NOW / 2};
    g->address = synth_struct(synth, synth_size_of(synth, "runtime.g"), pointers,
                              sizeof pointers / sizeof *pointers);
    g->stack = synth_alloc(synth, SYNTH_STACKS, STACK, STACK);
    gt_vec_add(&synth->goroutines, &g);
    g->id = synth->goroutines.len;
    return g;
}

struct synth_g *synth_main(struct synth *synth)
{
    return *(struct synth_g **)gt_vec_at(&synth->goroutines, 0);
}

uint64_t synth_g_address(const struct synth_g *g)
{
    return g->address;
}

uint64_t synth_g_id(const struct synth_g *g)
{
    return g->id;
}

uint64_t synth_g_stack(const struct synth_g *g)
{
    return g->stack;
}

void synth_local(struct synth_g *g, uint64_t value)
{
    assert_true(g->local_count < SYNTH_LOCALS);
    g->words[g->local_count++] = value;
}

void synth_started_by(struct synth_g *g, const char *start)
{
    g->start = start;
}

void synth_break_stack(struct synth_g *g)
{
    g->broken = true;
}

void synth_stale(struct synth_g *g, uint64_t value)
{
    assert_true(g->stale_count < SYNTH_STALE);
    g->words[SYNTH_LOCALS + g->stale_count++] = value;
}

void synth_saved(struct synth_g *g, uint64_t value)
{
    g->saved[0] = value;
}

void synth_waits_for(struct synth_g *g, uint64_t ns)
{
    g->since = SYNTH_NOW - ns;
}

/* ---- waits --------------------------------------------------------------------------------- */

void synth_wait(struct synth_g *g, enum synth_wait how)
{
    g->how = (int)how;
}

/* ---- stacks -------------------------------------------------------------------------------- */

struct stack { /* filled from its end downwards */
    struct synth *synth;
    uint64_t sp, pc; /* of the frame that was written last */
};

static void push_frame(struct stack *stack, const char *function, const uint64_t *words)
{
    struct synth *synth = stack->synth;
    uint32_t count = synth_frame_words(synth, function);

    synth_put(synth, stack->sp - 8, stack->pc);
    stack->sp -= 8 + (count ? count * 8 + 8 : 0);
    stack->pc = synth_call(synth, function);
    for (uint32_t i = 0; i < count; i++)
        synth_put(synth, stack->sp + i * 8, words[i]);
}

static void fill_stack(struct synth_g *g)
{
    struct stack stack = {g->synth, g->stack + STACK - 16, synth_call(g->synth, "runtime.goexit")};

    if (g->broken) stack.pc = 1;
    if (g->start) push_frame(&stack, g->start, NULL);
    push_frame(&stack, g->function, g->words);
    synth_finish_defers(g, stack.sp);
    for (int i = MAX_FRAMES; g->how >= 0 && i-- > 0;)
        if (waits[g->how].frames[i]) push_frame(&stack, waits[g->how].frames[i], g->saved);
    synth_set(g->synth, g->address, GT_F_g_sched_sp, stack.sp);
    synth_set(g->synth, g->address, GT_F_g_sched_pc, stack.pc);
}

static void finish_g(struct synth_g *g)
{
    enum { RUNNABLE = 1, WAITING = 4 };
    struct synth *synth = g->synth;
    bool can_run = g->how < 0 || !*waits[g->how].reason;
    const uint64_t fields[][2] = {
        {GT_F_g_goid, g->id},
        {GT_F_g_stack_lo, g->stack},
        {GT_F_g_stack_hi, g->stack + STACK},
        {GT_F_g_atomicstatus, can_run ? RUNNABLE : WAITING},
        {GT_F_g_waitreason, can_run ? 0 : (uint64_t)g->how + 2},
        {GT_F_g_waitsince, can_run ? 0 : g->since},
        {GT_F_g_parentGoid, g->id == 1 ? 0 : 1},
        {GT_F_g_gopc, synth_call(synth, g->id == 1 ? "runtime.rt0_go" : "main.main")},
        {GT_F_g_startpc, synth_entry(synth, g->start ? g->start : g->function)},
    };

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        synth_set(synth, g->address, (enum gt_field_id)fields[i][0], fields[i][1]);
    fill_stack(g);
}

/* runtime.allgs and its array, which is on the heap. */
void synth_finish_goroutines(struct synth *synth)
{
    uint64_t count = synth->goroutines.len;
    uint64_t all = synth_alloc(synth, SYNTH_DATA, 24, 8);
    uint64_t array = synth_tiled(synth, count * 8, synth_pointer_type(synth));

    for (size_t i = 0; i < count; i++) {
        struct synth_g *g = *(struct synth_g **)gt_vec_at(&synth->goroutines, i);
        finish_g(g);
        synth_put(synth, array + i * 8, g->address);
    }
    synth_put_slice(synth, all, array, count);
    synth_symbol(synth, "runtime.allgs", all, 24);
}

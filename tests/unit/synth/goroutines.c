/*
 * Goroutines: a g on the heap, a stack of a page, and the frames that lead to where it stands.
 *
 * A frame of Go is, from its sp on: its variables, the saved rbp, and the address that it returns
 * to. The runtime's frames above the program's function are those of its wait.
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
    [SYNTH_ONCE] = {"sync.Mutex.Lock",
                    {"runtime.gopark", "runtime.semacquire1",
                     "internal/sync.runtime_SemacquireMutex", "internal/sync.(*Mutex).lockSlow",
                     "sync.(*Mutex).Lock", "sync.(*Once).doSlow", "sync.(*Once).Do"}},
    [SYNTH_COND] = {"sync.Cond.Wait",
                    {"runtime.gopark", "runtime.goparkunlock", "sync.runtime_notifyListWait",
                     "sync.(*Cond).Wait"}},
    [SYNTH_SEMAPHORE] = {"semacquire",
                         {"runtime.gopark", "runtime.semacquire1", "sync.runtime_Semacquire"}},
    [SYNTH_CORO] = {"coroutine", {"runtime.coroswitch_m", "iter.Pull[...].func1"}},
    [SYNTH_SLEEP] = {"sleep", {"runtime.gopark", "time.Sleep"}},
    [SYNTH_IO] = {"IO wait",
                  {"runtime.gopark", "runtime.netpollblock", "internal/poll.runtime_pollWait",
                   "internal/poll.(*FD).Read", "net.(*conn).Read"}},
    [SYNTH_GC_WORKER] = {"GC worker (idle)", {"runtime.gopark", "runtime.gcBgMarkWorker"}},
    [SYNTH_FINALIZER_WAIT] = {"finalizer wait", {"runtime.gopark", "runtime.runFinalizers"}},
    [SYNTH_PREEMPTED] = {"", {"runtime.asyncPreempt2", "runtime.asyncPreempt"}},
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

void synth_waits_for(struct synth_g *g, uint64_t ns)
{
    g->since = SYNTH_NOW - ns;
}

/* ---- waits --------------------------------------------------------------------------------- */

void synth_wait(struct synth_g *g, enum synth_wait how)
{
    g->how = (int)how;
}

static uint64_t new_sudog(struct synth_g *g)
{
    static const enum gt_field_id pointers[] = {
        GT_F_sudog_g,    GT_F_sudog_next,     GT_F_sudog_prev,    GT_F_sudog_elem_vp,
        GT_F_sudog_c_vp, GT_F_sudog_waitlink, GT_F_sudog_elem_vp, GT_F_sudog_c_vp};
    enum gt_field_id ids[sizeof pointers / sizeof *pointers];
    size_t count = sizeof pointers / sizeof *pointers;

    memcpy(ids, pointers, sizeof ids);
    if (!synth_has(g->synth, GT_F_sudog_elem_vp))
        ids[count - 2] = GT_F_sudog_elem, ids[count - 1] = GT_F_sudog_c;
    uint64_t sudog = synth_struct(g->synth, synth_size_of(g->synth, "runtime.sudog"), ids, count);
    synth_set(g->synth, sudog, GT_F_sudog_g, g->address);
    return sudog;
}

/* g.waiting, and from there by waitlink. */
static void hang_on_g(struct synth_g *g, uint64_t sudog)
{
    if (g->last_sudog)
        synth_set(g->synth, g->last_sudog, GT_F_sudog_waitlink, sudog);
    else
        synth_set(g->synth, g->address, GT_F_g_waiting, sudog);
    g->last_sudog = sudog;
}

/* The two words of a pointer that the collector may be kept from (since 1.26). */
static void set_traceable(struct synth *synth, uint64_t sudog, enum gt_field_id seen,
                          enum gt_field_id hidden, uint64_t value)
{
    synth_set(synth, sudog, seen, value);
    synth_set(synth, sudog, hidden, value);
}

uint64_t synth_channel(struct synth *synth, uint64_t room)
{
    static const enum gt_field_id pointers[] = {GT_F_hchan_buf, GT_F_hchan_timer,
                                                GT_F_hchan_recvq_first, GT_F_hchan_sendq_first};
    uint64_t channel = synth_struct(synth, synth_size_of(synth, "runtime.hchan"), pointers,
                                    sizeof pointers / sizeof *pointers);

    synth_set(synth, channel, GT_F_hchan_dataqsiz, room);
    if (room)
        synth_set(synth, channel, GT_F_hchan_buf,
                  synth_tiled(synth, room * 8, synth_pointer_type(synth)));
    return channel;
}

void synth_channel_of(struct synth *synth, uint64_t channel, uint64_t element)
{
    synth_set(synth, channel, GT_F_hchan_elemtype, element);
}

static void enqueue(struct synth *synth, uint64_t channel, enum gt_field_id queue, uint64_t sudog)
{
    uint64_t last = synth_field(synth, channel, queue), next;

    if (!last) {
        synth_set(synth, channel, queue, sudog);
        return;
    }
    while ((next = synth_field(synth, last, GT_F_sudog_next)))
        last = next;
    synth_set(synth, last, GT_F_sudog_next, sudog);
    synth_set(synth, sudog, GT_F_sudog_prev, last);
}

static void wait_in_queue(struct synth_g *g, uint64_t channel, bool send)
{
    uint64_t sudog = new_sudog(g);

    set_traceable(g->synth, sudog, GT_F_sudog_c, GT_F_sudog_c_vp, channel);
    hang_on_g(g, sudog);
    enqueue(g->synth, channel, send ? GT_F_hchan_sendq_first : GT_F_hchan_recvq_first, sudog);
}

void synth_wait_channel(struct synth_g *g, enum synth_wait how, uint64_t channel)
{
    wait_in_queue(g, channel, how == SYNTH_SEND);
    synth_wait(g, how);
}

void synth_wait_select(struct synth_g *g, const uint64_t *channels, size_t count, bool send)
{
    for (size_t i = 0; i < count; i++)
        wait_in_queue(g, channels[i], send);
    synth_wait(g, SYNTH_SELECT);
}

void synth_take_off_queue(struct synth_g *g)
{
    static const enum gt_field_id queues[] = {GT_F_hchan_sendq_first, GT_F_hchan_recvq_first};
    uint64_t channel = synth_field(g->synth, g->last_sudog, GT_F_sudog_c);

    for (size_t i = 0; i < sizeof queues / sizeof *queues; i++)
        if (synth_field(g->synth, channel, queues[i]) == g->last_sudog)
            synth_set(g->synth, channel, queues[i], 0);
}

void synth_labels(struct synth_g *g, uint64_t value)
{
    synth_set(g->synth, g->address, GT_F_g_labels, value);
}

/* ---- semaphores and conditions ------------------------------------------------------------- */

/* Where in the thing its semaphore or its list is. */
static uint64_t offset_in(enum synth_wait how)
{
    switch (how) {
    case SYNTH_MUTEX:
        return 4;
    case SYNTH_RWMUTEX_READ:
        return 12;
    case SYNTH_RWMUTEX_WRITE:
    case SYNTH_WAIT_GROUP:
    case SYNTH_ONCE:
        return 8;
    case SYNTH_COND:
        return 16;
    default:
        return 0;
    }
}

/* The bucket's first waiter leads to those for other addresses by next, and to those for the same
 * by waitlink: a treap grown to one side. */
static void hang_in_table(struct synth *synth, uint64_t semaphore, uint64_t sudog)
{
    enum { BUCKETS = 251 };
    uint64_t stride = gt_known_global_size(&synth->known, "runtime.semtable") / BUCKETS;
    uint64_t root = synth->semtable + (semaphore >> 3) % BUCKETS * stride;
    uint64_t at = synth_field(synth, root, GT_F_semaRoot_treap), next;

    if (!at) {
        synth_set(synth, root, GT_F_semaRoot_treap, sudog);
        return;
    }
    while (synth_field(synth, at, GT_F_sudog_elem) != semaphore &&
           (next = synth_field(synth, at, GT_F_sudog_next)))
        at = next;
    bool same = synth_field(synth, at, GT_F_sudog_elem) == semaphore;
    enum gt_field_id link = same ? GT_F_sudog_waitlink : GT_F_sudog_next;
    while ((next = synth_field(synth, at, link)))
        at = next;
    synth_set(synth, at, link, sudog);
}

static void hang_in_list(struct synth *synth, uint64_t list, uint64_t sudog)
{
    uint64_t tail = synth_field(synth, list, GT_F_notifyList_tail);

    if (tail)
        synth_set(synth, tail, GT_F_sudog_next, sudog);
    else
        synth_set(synth, list, GT_F_notifyList_head, sudog);
    synth_set(synth, list, GT_F_notifyList_tail, sudog);
}

void synth_wait_sync(struct synth_g *g, enum synth_wait how, uint64_t thing)
{
    uint64_t sudog = new_sudog(g), at = thing + offset_in(how);

    set_traceable(g->synth, sudog, GT_F_sudog_elem, GT_F_sudog_elem_vp, at);
    if (synth_has(g->synth, GT_F_sudog_elem_vp)) hang_on_g(g, sudog); /* since 1.26 */
    if (how == SYNTH_COND)
        hang_in_list(g->synth, at, sudog);
    else
        hang_in_table(g->synth, at, sudog);
    synth_wait(g, how);
}

/* A coroutine is found by the words of the stack that lead to it. */
uint64_t synth_wait_coroutine(struct synth_g *g)
{
    static const enum gt_field_id pointers[] = {GT_F_coro_f};
    uint64_t coro = synth_struct(g->synth, synth_size_of(g->synth, "runtime.coro"), pointers, 1);

    synth_set(g->synth, coro, GT_F_coro_gp, g->address);
    synth_set(g->synth, coro, GT_F_coro_f, synth_func(g->synth, "main.sequence"));
    synth_local(g, coro);
    synth_wait(g, SYNTH_CORO);
    return coro;
}

/* ---- stacks -------------------------------------------------------------------------------- */

struct stack { /* being filled, from its end down */
    struct synth *synth;
    uint64_t sp, pc; /* of the frame that was put last */
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
        if (waits[g->how].frames[i]) push_frame(&stack, waits[g->how].frames[i], NULL);
    synth_set(g->synth, g->address, GT_F_g_sched_sp, stack.sp);
    synth_set(g->synth, g->address, GT_F_g_sched_pc, stack.pc);
}

static void finish_g(struct synth_g *g)
{
    enum { RUNNABLE = 1, WAITING = 4 };
    struct synth *synth = g->synth;
    bool can_run = g->how < 0 || g->how == SYNTH_PREEMPTED;
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

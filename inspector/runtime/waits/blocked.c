#include "inspector/runtime/waits/blocked.h"

#include "inspector/base/loop.h"

enum {
    MAX_INLINED = 16, /* calls inlined at one pc */
    MAX_SYNC = 12,    /* frames of the runtime and of sync above a user's */
    MAX_QUEUE = 1 << 12,
};

/* ---- sync ---------------------------------------------------------------------------------- */

/* The first row whose reason and frame are the goroutine's; NULL: any. */
static const struct of_sync {
    const char *reason, *frame, *what;
    enum gt_blocked_role role;
    uint64_t offset; /* of the semaphore or list in the thing */
} of_sync[] = {
    {"sync.Cond.Wait", NULL, "condition", GT_ROLE_OTHER, 16},
    {NULL, "sync.(*Once).doSlow", "once", GT_ROLE_LOCK, 8},
    {NULL, "sync.(*WaitGroup).Wait", "wait group", GT_ROLE_WAIT, 8},
    {NULL, "sync.(*RWMutex).RLock", "rwmutex", GT_ROLE_READ, 12},
    {"sync.RWMutex.RLock", NULL, "rwmutex", GT_ROLE_READ, 12},
    {"sync.RWMutex.Lock", NULL, "rwmutex", GT_ROLE_WRITE, 8},
    {"sync.Mutex.Lock", "sync.(*RWMutex).Lock", "rwmutex", GT_ROLE_LOCK, 4},
    {"sync.Mutex.Lock", NULL, "mutex", GT_ROLE_LOCK, 4},
    {"sync.WaitGroup.Wait", NULL, "wait group", GT_ROLE_WAIT, 8},
    /* Go 1.19 has one reason for all of them. */
    {"semacquire", "sync.(*Mutex).lockSlow+sync.(*RWMutex).Lock", "rwmutex", GT_ROLE_LOCK, 4},
    {"semacquire", "sync.(*RWMutex).Lock", "rwmutex", GT_ROLE_WRITE, 8},
    {"semacquire", "sync.(*Mutex).lockSlow", "mutex", GT_ROLE_LOCK, 4},
};

struct frames { /* of the runtime and of sync, down to the user's */
    const char *names[MAX_SYNC];
    size_t count;
};

static bool is_own(const char *function)
{
    return gt_is_in_package(function, "runtime") || gt_is_in_package(function, "sync") ||
           gt_is_in_package(function, "internal/sync");
}

/* False when a user's function was met. */
static bool add_frame(const struct gt_process *process, uint64_t pc, struct frames *frames)
{
    const struct gt_pclntab *tab;
    struct gt_func func;
    struct gt_source_pos positions[MAX_INLINED];

    if (!gt_text_find(&process->code, pc, &tab, &func)) return false;
    size_t count = gt_func_positions(tab, &func, pc, positions, MAX_INLINED);
    for (size_t i = 0; i < count && frames->count < MAX_SYNC; i++) {
        if (!is_own(positions[i].function)) return false;
        frames->names[frames->count++] = positions[i].function;
    }
    return frames->count < MAX_SYNC;
}

static bool has_frame(const struct frames *frames, const char *name, size_t length)
{
    for (size_t i = 0; i < frames->count; i++)
        if (strlen(frames->names[i]) == length && memcmp(frames->names[i], name, length) == 0)
            return true;
    return false;
}

/* `names`: one function, or two with a plus between. */
static bool has_frames(const struct frames *frames, const char *names)
{
    const char *plus = strchr(names, '+');

    if (!plus) return has_frame(frames, names, strlen(names));
    return has_frame(frames, names, (size_t)(plus - names)) &&
           has_frame(frames, plus + 1, strlen(plus + 1));
}

static struct gt_blocked on_sync(const struct gt_waits *waits, const struct gt_goroutine *g,
                                 const char *what, uint64_t object)
{
    struct frames frames = {.count = 0};

    for (uint32_t i = 0; i < g->frame_count; i++)
        if (!add_frame(waits->process, gt_g_frame(waits->goroutines, g, i)->pc - 1, &frames)) break;
    for (size_t i = 0; i < sizeof of_sync / sizeof *of_sync; i++) {
        const struct of_sync *row = &of_sync[i];
        if (row->reason && strcmp(row->reason, g->wait_reason) != 0) continue;
        if (row->frame && !has_frames(&frames, row->frame)) continue;
        return (struct gt_blocked){row->what, row->role, object - row->offset};
    }
    return (struct gt_blocked){what, GT_ROLE_OTHER, object};
}

/* ---- channels ------------------------------------------------------------------------------ */

/* Is the sudog in the queue that begins with `first`? Its beginning is looked for. */
static bool is_in_queue(const struct gt_process *process, uint64_t sudog, uint64_t first)
{
    uint64_t prev;

    for (size_t i = 0; sudog && sudog != first && i < MAX_QUEUE; i++, sudog = prev)
        if (!gt_process_field(process, sudog, GT_F_sudog_prev, &prev)) return false;
    return sudog && sudog == first;
}

/* The sudog of a goroutine that waits in a channel's queue; 0 when there is none. */
static uint64_t sudog_of(const struct gt_process *process, const struct gt_goroutine *g,
                         size_t index)
{
    struct gt_loop loop = {0};
    uint64_t sudog;

    if (!gt_process_field(process, g->address, GT_F_g_waiting, &sudog)) return 0;
    while (sudog && index-- && !gt_loop_closed(&loop, sudog))
        if (!gt_process_field(process, sudog, GT_F_sudog_waitlink, &sudog)) return 0;
    return sudog;
}

/* Mostly one of the queues is empty, which tells; else the queue is gone through. */
static enum gt_blocked_role end_of(const struct gt_process *process, const struct gt_goroutine *g,
                                   uint64_t channel, size_t index)
{
    uint64_t receivers, senders;

    if (strncmp(g->wait_reason, "chan receive", 12) == 0) return GT_ROLE_RECEIVE;
    if (strncmp(g->wait_reason, "chan send", 9) == 0) return GT_ROLE_SEND;
    if (!gt_process_field(process, channel, GT_F_hchan_recvq_first, &receivers) ||
        !gt_process_field(process, channel, GT_F_hchan_sendq_first, &senders))
        return GT_ROLE_OTHER;
    if (receivers && !senders) return GT_ROLE_RECEIVE;
    if (senders && !receivers) return GT_ROLE_SEND;
    uint64_t sudog = sudog_of(process, g, index);
    if (is_in_queue(process, sudog, receivers)) return GT_ROLE_RECEIVE;
    return is_in_queue(process, sudog, senders) ? GT_ROLE_SEND : GT_ROLE_OTHER;
}

struct gt_blocked gt_blocked_on(const struct gt_waits *waits, const struct gt_goroutine *g,
                                const struct gt_wait *wait, size_t index)
{
    uint64_t object = gt_vec_u64(&wait->objects, index);

    if (wait->kind == GT_WAIT_CHANNEL)
        return (struct gt_blocked){"channel", end_of(waits->process, g, object, index), object};
    if (wait->kind == GT_WAIT_SYNC) return on_sync(waits, g, wait->what, object);
    return (struct gt_blocked){wait->what, GT_ROLE_OTHER, object};
}

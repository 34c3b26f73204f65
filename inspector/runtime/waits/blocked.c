/* Lists the functions of sync and of the runtime at the top of the stack, and takes the first row
 * of a table that fits these and the wait reason. The end of a channel follows from the wait
 * reason, or from the queue that has the goroutine's sudog. */
#include "inspector/runtime/waits/blocked.h"

#include "inspector/base/loop.h"

enum {
    MAX_INLINED = 16, /* calls inlined at one pc */
    MAX_SYNC = 12,    /* frames of the runtime and of sync above the program's */
    MAX_QUEUE = 1 << 12,
};

/* ---- sync ---------------------------------------------------------------------------------- */

/* The first row that matches the goroutine's wait reason and frame decides; NULL matches any. */
static const struct of_sync {
    const char *reason, *frame;
    enum gt_thing_kind what;
    enum gt_action action;
    enum gt_field_id waits; /* the semaphore or list in the object */
} of_sync[] = {
    {"sync.Cond.Wait", NULL, GT_THING_CONDITION, GT_ACTION_UNKNOWN, GT_F_cond_notify},
    {NULL, "sync.(*Once).doSlow", GT_THING_ONCE, GT_ACTION_LOCK, GT_F_once_m_sema},
    {NULL, "sync.(*WaitGroup).Wait", GT_THING_WAIT_GROUP, GT_ACTION_WAIT, GT_F_waitGroup_sema},
    {NULL, "sync.(*RWMutex).RLock", GT_THING_RWMUTEX, GT_ACTION_READ, GT_F_rwmutex_readerSem},
    {"sync.RWMutex.RLock", NULL, GT_THING_RWMUTEX, GT_ACTION_READ, GT_F_rwmutex_readerSem},
    {"sync.RWMutex.Lock", NULL, GT_THING_RWMUTEX, GT_ACTION_WRITE, GT_F_rwmutex_writerSem},
    {"sync.Mutex.Lock", "sync.(*RWMutex).Lock", GT_THING_RWMUTEX, GT_ACTION_LOCK,
     GT_F_rwmutex_w_sema},
    {"sync.Mutex.Lock", NULL, GT_THING_MUTEX, GT_ACTION_LOCK, GT_F_mutex_sema},
    {"sync.WaitGroup.Wait", NULL, GT_THING_WAIT_GROUP, GT_ACTION_WAIT, GT_F_waitGroup_sema},
    /* Go 1.19 has one reason for all of them. */
    {"semacquire", "sync.(*Mutex).lockSlow+sync.(*RWMutex).Lock", GT_THING_RWMUTEX, GT_ACTION_LOCK,
     GT_F_rwmutex_w_sema},
    {"semacquire", "sync.(*RWMutex).Lock", GT_THING_RWMUTEX, GT_ACTION_WRITE,
     GT_F_rwmutex_writerSem},
    {"semacquire", "sync.(*Mutex).lockSlow", GT_THING_MUTEX, GT_ACTION_LOCK, GT_F_mutex_sema},
};

enum { NO_ROW = 1, FIRST_ROW = 2 }; /* in gt_waits.sync_rows; 0: not looked for */

struct frames { /* of the runtime and of sync, down to the program's */
    const char *names[MAX_SYNC];
    size_t count;
};

static bool is_own(const char *function)
{
    return gt_is_in_package(function, "runtime") || gt_is_in_package(function, "sync") ||
           gt_is_in_package(function, "internal/sync");
}

/* False for a function of the program. */
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

/* `names`: one function, or two joined by a plus sign. */
static bool has_frames(const struct frames *frames, const char *names)
{
    const char *plus = strchr(names, '+');

    if (!plus) return has_frame(frames, names, strlen(names));
    return has_frame(frames, names, (size_t)(plus - names)) &&
           has_frame(frames, plus + 1, strlen(plus + 1));
}

/* The row of what it waits for; NULL: none, or its type's layout is not known. */
static const struct of_sync *find_row(const struct gt_waits *waits, const struct gt_goroutine *g)
{
    struct frames frames = {.count = 0};

    for (uint32_t i = 0; i < g->frame_count; i++)
        if (!add_frame(waits->process, gt_g_frame(waits->goroutines, g, i)->pc - 1, &frames)) break;
    for (size_t i = 0; i < sizeof of_sync / sizeof *of_sync; i++) {
        const struct of_sync *row = &of_sync[i];
        if (row->reason && strcmp(row->reason, g->wait_reason) != 0) continue;
        if (row->frame && !has_frames(&frames, row->frame)) continue;
        return gt_has(&waits->process->layout, row->waits) ? row : NULL;
    }
    return NULL;
}

/* Goroutines at one place have one row, which is looked for once. */
static const struct of_sync *row_of(const struct gt_waits *waits, const struct gt_goroutine *g)
{
    uint8_t *known = &waits->sync_rows[g->same_place];

    if (!*known) {
        const struct of_sync *row = find_row(waits, g);
        *known = row ? (uint8_t)(FIRST_ROW + (row - of_sync)) : NO_ROW;
    }
    return *known == NO_ROW ? NULL : &of_sync[*known - FIRST_ROW];
}

static struct gt_blocked on_sync(const struct gt_waits *waits, const struct gt_goroutine *g,
                                 enum gt_thing_kind what, uint64_t object)
{
    const struct of_sync *row = row_of(waits, g);

    if (!row) return (struct gt_blocked){what, GT_ACTION_UNKNOWN, object};
    return (struct gt_blocked){row->what, row->action,
                               object - gt_off(&waits->process->layout, row->waits)};
}

/* ---- channels ------------------------------------------------------------------------------ */

/* Is the sudog in the queue that begins with `first`? Searches the queue's beginning from the
 * sudog. */
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

/* If one of the queues is empty, it is the other one. Otherwise the queue is searched. */
static enum gt_action end_of(const struct gt_process *process, const struct gt_goroutine *g,
                             uint64_t channel, size_t index)
{
    uint64_t receivers, senders;

    if (strncmp(g->wait_reason, "chan receive", 12) == 0) return GT_ACTION_RECEIVE;
    if (strncmp(g->wait_reason, "chan send", 9) == 0) return GT_ACTION_SEND;
    if (!gt_process_field(process, channel, GT_F_hchan_recvq_first, &receivers) ||
        !gt_process_field(process, channel, GT_F_hchan_sendq_first, &senders))
        return GT_ACTION_UNKNOWN;
    if (receivers && !senders) return GT_ACTION_RECEIVE;
    if (senders && !receivers) return GT_ACTION_SEND;
    uint64_t sudog = sudog_of(process, g, index);
    if (is_in_queue(process, sudog, receivers)) return GT_ACTION_RECEIVE;
    return is_in_queue(process, sudog, senders) ? GT_ACTION_SEND : GT_ACTION_UNKNOWN;
}

struct gt_blocked gt_blocked_on(const struct gt_waits *waits, const struct gt_goroutine *g,
                                const struct gt_wait *wait, size_t index)
{
    uint64_t object = wait->objects.at[index];

    if (wait->kind == GT_WAIT_CHANNEL)
        return (struct gt_blocked){GT_THING_CHANNEL, end_of(waits->process, g, object, index),
                                   object};
    if (wait->kind == GT_WAIT_SYNC) return on_sync(waits, g, wait->what, object);
    return (struct gt_blocked){wait->what, GT_ACTION_UNKNOWN, object};
}

/* A table of wait reasons says where the objects are found: by the sudogs of g.waiting, in
 * runtime.semtable, or on the stack. The treaps of semtable are walked once, at the beginning, into
 * a map from g to sudog. */
#include "inspector/runtime/waits/waits.h"

#include "inspector/base/alloc.h"
#include "inspector/base/loop.h"

enum {
    SEMTABLE_SIZE = 251,   /* semTabSize */
    MAX_WAITERS = 1 << 24, /* in all treaps; more is damage */
    SCAN_BIT = 0x1000,     /* _Gscan */
};

/* One row for each wait reason with known objects. */
static const struct reason {
    const char *name;
    enum gt_wait_kind kind;
    enum gt_thing_kind what;
    const char *frame; /* the row counts only below this function; NULL: always */
} reasons[] = {
    {"chan receive (nil chan)", GT_WAIT_NEVER, GT_THING_NONE, NULL},
    {"chan send (nil chan)", GT_WAIT_NEVER, GT_THING_NONE, NULL},
    {"select (no cases)", GT_WAIT_NEVER, GT_THING_NONE, NULL},
    {"chan receive", GT_WAIT_CHANNEL, GT_THING_CHANNEL, NULL},
    {"chan send", GT_WAIT_CHANNEL, GT_THING_CHANNEL, NULL},
    {"select", GT_WAIT_CHANNEL, GT_THING_CHANNEL, NULL},
    {"sync.Mutex.Lock", GT_WAIT_SYNC, GT_THING_SEMAPHORE, NULL},
    {"sync.RWMutex.RLock", GT_WAIT_SYNC, GT_THING_SEMAPHORE, NULL},
    {"sync.RWMutex.Lock", GT_WAIT_SYNC, GT_THING_SEMAPHORE, NULL},
    {"sync.WaitGroup.Wait", GT_WAIT_SYNC, GT_THING_SEMAPHORE, NULL},
    {"sync.Cond.Wait", GT_WAIT_SYNC, GT_THING_CONDITION, NULL},
    {"coroutine", GT_WAIT_CORO, GT_THING_COROUTINE, NULL},
    {"semacquire", GT_WAIT_SYNC, GT_THING_SEMAPHORE, "sync.(*WaitGroup).Wait"},
    {"semacquire", GT_WAIT_SYNC, GT_THING_SEMAPHORE, "sync.runtime_SemacquireMutex"},
};

static bool below(const struct gt_waits *waits, const struct gt_goroutine *g, const char *function)
{
    for (uint32_t i = 0; i < g->frame_count; i++) {
        uint64_t pc = gt_g_frame(waits->goroutines, g, i)->pc - 1;
        if (strcmp(gt_process_function(waits->process, pc), function) == 0) return true;
    }
    return false;
}

/* The row for the first `length` bytes of the wait reason. */
static const struct reason *reason_of(const struct gt_waits *waits, const struct gt_goroutine *g,
                                      size_t length)
{
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (strlen(reasons[i].name) == length &&
            memcmp(g->wait_reason, reasons[i].name, length) == 0 &&
            (!reasons[i].frame || below(waits, g, reasons[i].frame)))
            return &reasons[i];
    return NULL;
}

/* ---- semaphores ---------------------------------------------------------------------------- */

static bool is_waiting(const struct gt_process *process, uint64_t g)
{
    uint64_t status;

    if (!gt_process_field(process, g, GT_F_g_atomicstatus, &status)) return true;
    status &= ~(uint64_t)SCAN_BIT;
    return status == GT_G_WAITING || status == GT_G_LEAKED;
}

/* Waiters of one bucket: a treap of addresses, each with a list of waiters. It is walked with an
 * explicit list. A sudog that is reached twice, in any bucket, is not followed again. */
static uint64_t read_treap(struct gt_waits *waits, uint64_t root, struct gt_map *seen)
{
    static const enum gt_field_id links[] = {GT_F_sudog_prev, GT_F_sudog_next, GT_F_sudog_waitlink};
    struct gt_u64s work = {0};
    uint64_t running = 0;

    gt_u64s_add(&work, root);
    while (work.len && seen->len < MAX_WAITERS) {
        uint64_t next, g, sudog = work.at[--work.len];
        bool added;
        gt_map_put(seen, sudog, &added);
        if (!added || !gt_process_field(waits->process, sudog, GT_F_sudog_g, &g)) continue;
        *gt_map_put(&waits->semaphores, g, NULL) = sudog;
        running += !is_waiting(waits->process, g);
        for (size_t i = 0; i < sizeof links / sizeof *links; i++)
            if (gt_process_field(waits->process, sudog, links[i], &next) && next)
                gt_u64s_add(&work, next);
    }
    gt_u64s_deinit(&work);
    return running;
}

/* A root counts its waiters under its lock, and takes one out before it wakes it (sema.go). */
static void check_waiters(struct gt_process *process, uint64_t root, uint64_t found,
                          uint64_t running)
{
    uint64_t lock, said;

    if (!gt_process_field(process, root, GT_F_semaRoot_lock, &lock) || lock) return;
    if (gt_process_field(process, root, GT_F_semaRoot_nwait, &said) && said != found)
        gt_contradict(&process->contradictions, GT_CONTRADICTION_SEMAPHORES, 1, root);
    gt_contradict(&process->contradictions, GT_CONTRADICTION_WAITS, running, root);
}

static void read_semtable(struct gt_waits *waits)
{
    struct gt_process *process = waits->process;
    struct gt_debug_global table;
    struct gt_map seen = {0};
    uint64_t treap;

    if (!process->facts->global(process->facts->ctx, "runtime.semtable", &table)) return;
    uint64_t stride = table.size / SEMTABLE_SIZE;
    for (uint64_t i = 0; i < SEMTABLE_SIZE; i++) {
        uint64_t root = table.addr + i * stride, before = seen.len, running = 0;
        if (!gt_process_field(process, root, GT_F_semaRoot_treap, &treap)) continue;
        if (treap) running = read_treap(waits, treap, &seen);
        check_waiters(process, root, seen.len - before, running);
    }
    gt_map_deinit(&seen);
}

void gt_waits_init(struct gt_waits *waits, struct gt_process *process,
                   const struct gt_goroutines *goroutines)
{
    *waits = (struct gt_waits){.process = process, .goroutines = goroutines};
    waits->sync_rows = gt_calloc((size_t)goroutines->count + 1, 1);
    read_semtable(waits);
}

void gt_waits_deinit(struct gt_waits *waits)
{
    gt_map_deinit(&waits->semaphores);
    gt_parked_deinit(&waits->parked);
    gt_u64s_deinit(&waits->objects);
    gt_u64s_deinit(&waits->hidden_words);
    gt_arena_deinit(&waits->storage);
    gt_free(waits->sync_rows);
}

/* ---- one goroutine's wait ------------------------------------------------------------------ */

static void add_word(struct gt_waits *waits, uint64_t sudog, enum gt_field_id field,
                     enum gt_field_id hidden)
{
    const struct gt_layout *layout = &waits->process->layout;
    uint64_t object, word;

    if (!gt_process_field(waits->process, sudog, field, &object)) return;
    gt_u64s_add(&waits->objects, object);
    word = sudog + gt_off(layout, gt_has(layout, hidden) ? hidden : field);
    gt_u64s_add(&waits->hidden_words, word);
}

static void add_channels(struct gt_waits *waits, const struct gt_goroutine *g)
{
    uint64_t sudog, waiter;

    if (!gt_process_field(waits->process, g->address, GT_F_g_waiting, &sudog)) return;
    for (struct gt_loop loop = {0}; sudog && !gt_loop_closed(&loop, sudog);) {
        if (!gt_process_field(waits->process, sudog, GT_F_sudog_g, &waiter) || waiter != g->address)
            return; /* another goroutine's sudog: the list is damaged, and many could share it */
        add_word(waits, sudog, GT_F_sudog_c, GT_F_sudog_c_vp);
        if (!gt_process_field(waits->process, sudog, GT_F_sudog_waitlink, &sudog)) return;
    }
}

/* g.waiting has the sudog since 1.26; before, the sudog is in semtable. */
static void add_semaphore(struct gt_waits *waits, const struct gt_goroutine *g)
{
    uint64_t sudog = 0;
    const uint64_t *known = gt_map_find(&waits->semaphores, g->address);

    if (known)
        sudog = *known;
    else
        gt_process_field(waits->process, g->address, GT_F_g_waiting, &sudog);
    if (sudog) add_word(waits, sudog, GT_F_sudog_elem, GT_F_sudog_elem_vp);
}

static void add_object(struct gt_waits *waits, uint64_t object)
{
    if (object) gt_u64s_add(&waits->objects, object);
}

static void add_sync(struct gt_waits *waits, const struct gt_goroutine *g, enum gt_thing_kind what)
{
    add_semaphore(waits, g);
    if (!waits->objects.len && what == GT_THING_CONDITION)
        add_object(waits, gt_parked_on_condition(&waits->parked, waits->process, g));
}

/* A select whose channels are all nil is in no queue: nothing can wake it. */
static bool selects_on_nothing(const struct gt_waits *waits, const struct gt_goroutine *g)
{
    uint64_t sudog;

    return strcmp(g->wait_reason, "select") == 0 &&
           gt_process_field(waits->process, g->address, GT_F_g_waiting, &sudog) && sudog == 0;
}

static struct gt_addresses keep(struct gt_waits *waits, struct gt_u64s *list)
{
    size_t len = list->len;

    list->len = 0;
    if (!len) return (struct gt_addresses){0};
    uint64_t *at = gt_arena_alloc(&waits->storage, len * sizeof *at);
    return (struct gt_addresses){memcpy(at, list->at, len * sizeof *at), len};
}

static void find(struct gt_waits *waits, const struct gt_goroutine *g, const struct reason *reason,
                 struct gt_wait *wait)
{
    *wait = (struct gt_wait){0};
    if (!reason) return;
    wait->kind = reason->kind;
    wait->what = reason->what;
    if (wait->kind == GT_WAIT_CHANNEL) add_channels(waits, g);
    if (wait->kind == GT_WAIT_SYNC) add_sync(waits, g, wait->what);
    if (wait->kind == GT_WAIT_CORO) add_object(waits, gt_parked_on_coroutine(waits->process, g));
    wait->objects = keep(waits, &waits->objects);
    wait->hidden_words = keep(waits, &waits->hidden_words);
    if (wait->kind != GT_WAIT_NEVER && wait->objects.len == 0)
        wait->kind = selects_on_nothing(waits, g) ? GT_WAIT_NEVER : GT_WAIT_OTHER;
}

void gt_waits_find(struct gt_waits *waits, const struct gt_goroutine *g, struct gt_wait *wait)
{
    const char *reason = g->wait_reason;

    find(waits, g, reason ? reason_of(waits, g, strlen(reason)) : NULL, wait);
}

bool gt_waits_find_durable(struct gt_waits *waits, const struct gt_goroutine *g,
                           struct gt_wait *wait)
{
    static const char *const marks[] = {" (durable)", " (synctest)"}; /* since 1.25; of 1.24 */
    size_t length = g->wait_reason ? strlen(g->wait_reason) : 0;

    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        size_t mark = strlen(marks[i]);
        if (length <= mark || strcmp(g->wait_reason + length - mark, marks[i]) != 0) continue;
        find(waits, g, reason_of(waits, g, length - mark), wait);
        return true;
    }
    return false;
}

bool gt_channel_is_only_closed(const struct gt_process *process, uint64_t channel)
{
    uint64_t type, buffer, sender;

    if (!gt_process_field(process, channel, GT_F_hchan_elemtype, &type) ||
        !gt_process_field(process, channel, GT_F_hchan_dataqsiz, &buffer) ||
        !gt_process_field(process, channel, GT_F_hchan_sendq_first, &sender))
        return false;
    gt_type_id element = gt_types_at(process->types, type);
    return !buffer && !sender && element && gt_types_get(process->types, element)->size == 0;
}

/* ---- time ---------------------------------------------------------------------------------- */

int64_t gt_wait_ns(const struct gt_goroutine *g, uint64_t latest)
{
    if (!g->wait_since || latest < g->wait_since) return GT_UNKNOWN;
    return (int64_t)(latest - g->wait_since);
}

int64_t gt_sleep_due(const struct gt_process *process, const struct gt_goroutine *g, uint64_t now)
{
    uint64_t timer, sleeper, when;

    if (!now || !gt_process_field(process, g->address, GT_F_g_timer, &timer) || !timer ||
        !gt_mem_u64(process->mem, timer + gt_off(&process->layout, GT_F_timer_arg) + 8, &sleeper) ||
        sleeper != g->address || !gt_process_field(process, timer, GT_F_timer_when, &when) ||
        when > INT64_MAX)
        return GT_UNKNOWN;
    return when > now ? (int64_t)(when - now) : 0;
}

uint64_t gt_latest_time(const struct gt_process *process, const struct gt_goroutines *goroutines)
{
    uint64_t memstats, latest = 0;
    struct gt_error *error = gt_process_global(process, "runtime.memstats", &memstats);

    if (error)
        gt_error_destroy(error);
    else
        gt_process_field(process, memstats, GT_F_mstats_last_gc_nanotime, &latest);
    for (uint32_t i = 0; i < goroutines->count; i++)
        if (goroutines->list[i].wait_since > latest) latest = goroutines->list[i].wait_since;
    return latest;
}

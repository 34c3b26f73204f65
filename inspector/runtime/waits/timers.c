/* Takes the first design of a table whose fields the layout has, and reads the heap of each P and
 * of each bubble. A map has the entries that were read: one that comes again ends its heap. */
#include "inspector/runtime/waits/timers.h"

#include "inspector/base/error.h"
#include "inspector/base/hash.h"

#include <inttypes.h>

enum { TIMER_ZOMBIE = 4 }; /* a state bit (1.23+) */
enum {                     /* statuses (<= 1.22) */
       TIMER_DELETED = 3,
       TIMER_MODIFYING = 6,
       TIMER_MODIFIED_LATER = 8,
};

struct design {             /* how a P keeps its timers; the first design whose fields the layout
                             * has */
    enum gt_field_id slice; /* in p */
    enum gt_field_id entry; /* the *timer in an entry; 0: the entry is the pointer */
    enum gt_struct_id size; /* of an entry; 0 with `entry` 0: the entry is a word */
};

static const struct design designs[] = {
    {GT_F_p_timers_heap, GT_F_timerWhen_timer, GT_S_timerWhen},
    {GT_F_p_timers, 0, 0},
};

static enum gt_timer_kind kind_of(const struct gt_process *process, const struct gt_timer *timer)
{
    static const struct {
        const char *function;
        enum gt_timer_kind once, periodic;
    } rows[] = {
        {"time.sendTime", GT_TIMER_TIMER, GT_TIMER_TICKER},
        {"time.goFunc", GT_TIMER_FUNC, GT_TIMER_FUNC},
    };
    const char *function = gt_process_closure(process, timer->callback);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(function, rows[i].function) == 0)
            return timer->period ? rows[i].periodic : rows[i].once;
    return GT_TIMER_OTHER;
}

enum gt_timer_kind gt_timer_kind_at(const struct gt_process *process, uint64_t address)
{
    struct gt_timer timer = {0};

    if (!gt_process_field(process, address, GT_F_timer_f, &timer.callback) ||
        !gt_process_field(process, address, GT_F_timer_period, &timer.period))
        return GT_TIMER_OTHER;
    return kind_of(process, &timer);
}

static bool is_stopped(const struct gt_process *process, uint64_t timer)
{
    uint64_t state;

    if (gt_process_field(process, timer, GT_F_timer_state, &state)) return state & TIMER_ZOMBIE;
    return gt_process_field(process, timer, GT_F_timer_status, &state) && state == TIMER_DELETED;
}

/* A timer that was reset stays in the heap at its old time until a P moves it (<= 1.22). */
static bool read_when(const struct gt_process *process, struct gt_timer *timer)
{
    uint64_t status;

    if (!gt_process_field(process, timer->address, GT_F_timer_when, &timer->when)) return false;
    if (gt_process_field(process, timer->address, GT_F_timer_status, &status) &&
        status >= TIMER_MODIFYING && status <= TIMER_MODIFIED_LATER)
        gt_process_field(process, timer->address, GT_F_timer_nextwhen, &timer->when);
    return true;
}

static bool is_detached(const struct gt_process *process, uint64_t timer)
{
    uint64_t is_channel;

    return !gt_process_field(process, timer, GT_F_timer_isChan, &is_channel) || !is_channel;
}

static void take(struct gt_process *process, uint64_t word, uint64_t bubble,
                 struct gt_timers *timers)
{
    struct gt_timer timer = {.heap_word = word, .bubble = bubble};

    if (!gt_mem_u64(process->mem, word, &timer.address) || !timer.address) return;
    if (is_stopped(process, timer.address)) {
        gt_u64s_add(&timers->stopped, word);
        return;
    }
    if (!gt_process_field(process, timer.address, GT_F_timer_period, &timer.period) ||
        !read_when(process, &timer) ||
        !gt_process_field(process, timer.address, GT_F_timer_f, &timer.callback) ||
        !gt_mem_u64(process->mem, timer.address + gt_off(&process->layout, GT_F_timer_arg) + 8,
                    &timer.arg)) {
        gt_process_lost(process, GT_OF_TIMERS, "timer at 0x%" PRIx64 ": not in the core",
                        timer.address);
        return;
    }
    timer.kind = kind_of(process, &timer);
    timer.detached = is_detached(process, timer.address);
    gt_vec_add(&timers->list, &timer);
}

struct reader {
    struct gt_process *process;
    struct gt_timers *timers;
    struct gt_map seen; /* entries of all heaps, and bubbles */
};

static bool is_new(struct reader *reader, uint64_t addr)
{
    bool added;

    gt_map_put(&reader->seen, addr, &added);
    return added;
}

/* A heap is read once: overlapping heaps, or an owner that is listed often, cost no more than their
 * words. */
static void take_all(struct reader *reader, const struct design *design, const char *what,
                     uint64_t owner, enum gt_field_id slice)
{
    struct gt_process *process = reader->process;
    const struct gt_layout *layout = &process->layout;
    uint64_t size = design->entry ? layout->size[design->size] : 8;
    uint64_t offset = design->entry ? gt_off(layout, design->entry) : 0;
    struct gt_slice heap;

    if (!gt_process_slice(process, owner + gt_off(layout, slice), size, &heap)) {
        gt_process_lost(process, GT_OF_TIMERS, "timers of the %s at 0x%" PRIx64 ": not in the core",
                        what, owner);
        return;
    }
    for (uint64_t i = 0; i < heap.len; i++) {
        uint64_t entry = heap.ptr + i * size + offset;
        if (!is_new(reader, entry)) {
            gt_process_lost(process, GT_OF_TIMERS,
                            "timers of the %s at 0x%" PRIx64 ": they are another's too", what,
                            owner);
            return;
        }
        take(process, entry, slice == GT_F_bubble_timers_heap ? owner : 0, reader->timers);
    }
}

static void take_of_ps(struct reader *reader, const struct design *design)
{
    struct gt_process *process = reader->process;
    struct gt_slice allp;
    uint64_t addr, p;
    struct gt_error *error = gt_process_global(process, "runtime.allp", &addr);

    if (error || !gt_process_slice(process, addr, 8, &allp)) {
        gt_process_lost(process, GT_OF_TIMERS,
                        "the list of Ps cannot be read: no timers are known");
        gt_error_destroy(error);
        return;
    }
    for (uint64_t i = 0; i < allp.len; i++)
        if (gt_mem_u64(process->mem, allp.ptr + i * 8, &p) && p)
            take_all(reader, design, "P", p, design->slice);
}

/* Timers made in a bubble use its clock, and are in its heap. */
static void take_of_bubbles(struct reader *reader, const struct design *design,
                            const struct gt_goroutines *goroutines)
{
    struct gt_process *process = reader->process;
    uint64_t bubble;

    if (!gt_has(&process->layout, GT_F_bubble_timers_heap)) return;
    for (uint32_t i = 0; i < goroutines->count; i++)
        if (gt_process_field(process, goroutines->list[i].address, GT_F_g_bubble, &bubble) &&
            bubble && is_new(reader, bubble))
            take_all(reader, design, "bubble", bubble, GT_F_bubble_timers_heap);
}

void gt_timers_init(struct gt_process *process, const struct gt_goroutines *goroutines,
                    struct gt_timers *timers)
{
    struct reader reader = {.process = process, .timers = timers};
    const struct design *design = designs;

    timers->list = GT_VEC_OF(struct gt_timer);
    timers->stopped = (struct gt_u64s){0};
    if (process->lost[GT_OF_TIMERS]) return; /* a field of theirs is not known (layouts.h) */
    while (!gt_has(&process->layout, design->slice) && design != &designs[1])
        design++;
    take_of_ps(&reader, design);
    take_of_bubbles(&reader, design, goroutines);
    gt_map_deinit(&reader.seen);
}

void gt_timers_deinit(struct gt_timers *timers)
{
    gt_vec_deinit(&timers->list);
    gt_u64s_deinit(&timers->stopped);
}

int64_t gt_timer_due(const struct gt_process *process, const struct gt_timer *timer,
                     uint64_t latest)
{
    uint64_t now = latest;

    if (timer->bubble && !gt_process_field(process, timer->bubble, GT_F_bubble_now, &now)) now = 0;
    if (!now || !timer->when || timer->when > INT64_MAX) return GT_UNKNOWN;
    return timer->when > now ? (int64_t)(timer->when - now) : 0;
}

/* Checks timers against the counts and the heaps of their Ps. Each must have Go code to call. */
#include "inspector/runtime/consistency/consistency.h"

#include "inspector/base/error.h"
#include "inspector/base/hash.h"

enum {
    WORD = 8,
    CHILDREN = 4,      /* of an entry in the heap */
    TIMER_DELETED = 3, /* a status, up to 1.22; between the two it is being removed */
    TIMER_REMOVED = 5,
    TIMER_MODIFIED = 2, /* bits of a timer's state, since 1.23 */
    TIMER_ZOMBIE = 4,
};

struct design { /* how the heaps of this version hold their timers */
    enum gt_field_id slice;
    uint64_t entry, offset; /* bytes of one, and where in it the timer's address is */
};

/* Up to Go 1.22 a timer that was deleted may stay in its heap. Those of deadlines lose their
 * function at once (netpoll.go). */
static bool is_deleted(const struct gt_process *process, uint64_t timer)
{
    uint64_t status;

    return gt_process_field(process, timer, GT_F_timer_status, &status) &&
           status >= TIMER_DELETED && status <= TIMER_REMOVED;
}

static bool has_code(const struct gt_process *process, uint64_t entry)
{
    uint64_t timer, callback;

    return gt_mem_u64(process->mem, entry, &timer) &&
           gt_process_field(process, timer, GT_F_timer_f, &callback) &&
           (gt_has_code(process, callback) || (!callback && is_deleted(process, timer)));
}

static bool has_period(const struct gt_process *process, uint64_t entry)
{
    uint64_t timer, period;

    return !gt_mem_u64(process->mem, entry, &timer) ||
           !gt_process_field(process, timer, GT_F_timer_period, &period) || (int64_t)period >= 0;
}

/* True if the timer is in this P's heap only. It names the P's timers, whose lock is their first
 * field, since 1.23. */
static bool is_placed(const struct gt_process *process, uint64_t entry, uint64_t p,
                      struct gt_map *seen)
{
    uint64_t timer, heap;
    bool added;

    if (!gt_mem_u64(process->mem, entry, &timer)) return true;
    gt_map_put(seen, timer, &added);
    return added && (!gt_process_field(process, timer, GT_F_timer_ts, &heap) ||
                     heap == p + gt_off(&process->layout, GT_F_p_timers_lock));
}

/* ---- when they are due ---------------------------------------------------------------------- */

/* When the heap has an entry for: in the entry itself since 1.23, beside the timer's address. */
static bool due_of(const struct gt_process *process, const struct design *design, uint64_t entry,
                   uint64_t *due)
{
    uint64_t timer;

    if (design->entry == 2 * WORD)
        return gt_mem_u64(process->mem, entry + WORD - design->offset, due);
    return gt_mem_u64(process->mem, entry, &timer) &&
           gt_process_field(process, timer, GT_F_timer_when, due);
}

/* A timer that is reset or stopped says so until its P has moved it in the heap. One that is
 * stopped is due never, which is 0. Its lock is its first field. */
static bool is_due(const struct gt_process *process, uint64_t entry, uint64_t due)
{
    uint64_t timer, lock, state, when;

    return !gt_mem_u64(process->mem, entry, &timer) || !gt_mem_u64(process->mem, timer, &lock) ||
           lock || !gt_process_field(process, timer, GT_F_timer_state, &state) ||
           (state & TIMER_ZOMBIE) || !gt_process_field(process, timer, GT_F_timer_when, &when) ||
           (state & TIMER_MODIFIED ? (int64_t)when > 0 : when == due);
}

/* The heap is a tree in which none is due before the one above it. */
static uint64_t count_untimely(const struct gt_process *process, const struct design *design,
                               const struct gt_slice *heap)
{
    uint64_t untimely = 0;

    for (uint64_t i = 0; i < heap->len; i++) {
        uint64_t first = heap->ptr + design->offset, due, above;
        uint64_t entry = first + i * design->entry;
        uint64_t parent = first + (i ? (i - 1) / CHILDREN : 0) * design->entry;
        if (due_of(process, design, entry, &due) && due_of(process, design, parent, &above))
            untimely += (int64_t)due < (int64_t)above || !is_due(process, entry, due);
    }
    return untimely;
}

/* ---- heaps ---------------------------------------------------------------------------------- */

/* The timers of a P that goes are moved to another P under the scheduler's lock (procresize). */
static bool may_move(const struct gt_process *process)
{
    uint64_t sched;
    struct gt_error *error = gt_process_global(process, "runtime.sched", &sched);
    bool known = !error;

    gt_error_destroy(error);
    return known && gt_lock_is_held(process, sched, GT_F_sched_lock);
}

static void check_timers(struct gt_process *process, const struct design *design, uint64_t p,
                         struct gt_map *seen)
{
    uint64_t said, bad = 0, misplaced = 0, negative = 0;
    struct gt_slice heap;

    if (!gt_process_field(process, p, GT_F_p_timers_len, &said) ||
        gt_lock_is_held(process, p, GT_F_p_timers_lock) ||
        !gt_process_slice(process, p + gt_off(&process->layout, design->slice), design->entry,
                          &heap))
        return;
    if (heap.len != said) gt_contradict(&process->contradictions, GT_CONTRADICTION_TIMERS, 1, p);
    for (uint64_t i = 0; i < heap.len; i++) {
        uint64_t entry = heap.ptr + i * design->entry + design->offset;
        bad += !has_code(process, entry);
        negative += !has_period(process, entry);
        misplaced += !is_placed(process, entry, p, seen);
    }
    gt_contradict(&process->contradictions, GT_CONTRADICTION_TIMER_TIMES,
                  count_untimely(process, design, &heap), p);
    if (!may_move(process))
        gt_contradict(&process->contradictions, GT_CONTRADICTION_TIMER_PLACES, misplaced, p);
    gt_contradict(&process->contradictions, GT_CONTRADICTION_TIMER_CODE, bad, p);
    gt_contradict(&process->contradictions, GT_CONTRADICTION_TIMER_PERIODS, negative, p);
}

void gt_consistency_of_timers(struct gt_process *process)
{
    const struct gt_layout *layout = &process->layout;
    struct gt_slice allp = gt_processors(process);
    struct design design = {GT_F_p_timers, 8, 0};
    struct gt_map seen = {0};
    uint64_t p;

    if (gt_has(layout, GT_F_p_timers_heap) && gt_has(layout, GT_F_timerWhen_timer))
        design = (struct design){GT_F_p_timers_heap, layout->size[GT_S_timerWhen],
                                 gt_off(layout, GT_F_timerWhen_timer)};
    if (!gt_has(layout, design.slice) || !gt_has(layout, GT_F_timer_f) || !design.entry) return;
    for (uint64_t i = 0; i < allp.len; i++)
        if (gt_mem_u64(process->mem, allp.ptr + 8 * i, &p))
            check_timers(process, &design, p, &seen);
    gt_map_deinit(&seen);
}

/*
 * Tickers and timers that nobody stopped.
 *
 * Where the timer heap itself keeps a ticker alive (<= 1.22, or asynctimerchan=1) one that neither
 * its Ticker nor its channel is reached from anything else is leaked: proven. A ticker that its own
 * goroutine still receives from cannot be told from one in good use alone, but a hundred alike,
 * each with a goroutine that only it wakes, are a suspect as a group. So are as many alike
 * AfterFunc timers. A program's own few tickers are never findings.
 */
#include "inspector/detect/advice.h"
#include "inspector/detect/blocking.h"
#include "inspector/detect/detector.h"
#include "inspector/detect/group.h"
#include "inspector/detect/path.h"
#include "inspector/detect/places.h"

#include <inttypes.h>

enum { MANY = 100, MAX_WAITERS = 16 };

struct waiter { /* a goroutine that receives from a timer's channel */
    uint32_t timer, goroutine;
};

struct ticking {
    struct gt_study *study;
    struct gt_causes *causes;
    const struct gt_timers *timers;
    struct gt_keys keys;
    struct gt_map by_g;       /* address of a g -> place in the list + 1 */
    struct gt_bitmap reached; /* live without the timer heaps' ticker entries */
    struct gt_vec waiters;    /* struct waiter, by timer */
    struct gt_groups abandoned, crowds;
};

static const struct gt_timer *timer_at(const struct ticking *ticking, uint32_t number)
{
    return gt_vec_at(&ticking->timers->list, number);
}

static bool is_reached(const struct ticking *ticking, uint64_t addr)
{
    uint32_t object = gt_heap_object(&ticking->study->heap->graph, addr);

    return object == GT_NO_OBJECT || gt_bit(&ticking->reached, object);
}

/* The goroutines in the receive queue of the timer's channel. */
static void find_waiters(struct ticking *ticking, uint32_t number)
{
    const struct gt_process *process = ticking->study->process;
    const struct gt_timer *timer = timer_at(ticking, number);
    uint64_t sudog, g;

    if (timer->kind == GT_TIMER_FUNC) return;
    if (!gt_process_field(process, timer->arg, GT_F_hchan_recvq_first, &sudog)) return;
    for (int i = 0; sudog && i < MAX_WAITERS; i++) {
        if (!gt_process_field(process, sudog, GT_F_sudog_g, &g)) return;
        const uint64_t *place = gt_map_find(&ticking->by_g, g);
        if (place) {
            struct waiter waiter = {number, (uint32_t)*place - 1};
            gt_vec_add(&ticking->waiters, &waiter);
        }
        if (!gt_process_field(process, sudog, GT_F_sudog_next, &sudog)) return;
    }
}

static const struct waiter *first_waiter(const struct ticking *ticking, uint32_t timer)
{
    size_t low = 0, high = ticking->waiters.len;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (((struct waiter *)gt_vec_at(&ticking->waiters, middle))->timer < timer)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == ticking->waiters.len) return NULL;
    const struct waiter *waiter = gt_vec_at(&ticking->waiters, low);
    return waiter->timer == timer ? waiter : NULL;
}

static uint64_t bytes_at(const struct ticking *ticking, uint64_t addr)
{
    const struct gt_heap *graph = &ticking->study->heap->graph;
    uint32_t object = gt_heap_object(graph, addr);

    return object == GT_NO_OBJECT ? 0 : gt_heap_size(graph, object);
}

static void consider(struct ticking *ticking, uint32_t number)
{
    const struct gt_study *study = ticking->study;
    const struct gt_timer *timer = timer_at(ticking, number);
    const char *callback = gt_process_closure(
        study->process, timer->kind == GT_TIMER_FUNC ? timer->arg : timer->callback);
    const struct waiter *waiter = first_waiter(ticking, number);
    uint64_t weight = bytes_at(ticking, timer->address);

    if (timer->kind == GT_TIMER_TICKER && !is_reached(ticking, timer->address) &&
        !is_reached(ticking, timer->arg)) {
        gt_groups_add(&ticking->abandoned,
                      gt_arena_format(study->storage, "%" PRIu64, timer->period), weight, number);
    } else if (timer->kind == GT_TIMER_TICKER && waiter) {
        const struct gt_goroutine *g = &study->goroutines->list[waiter->goroutine];
        if (g->system) return;
        gt_groups_add(
            &ticking->crowds,
            gt_arena_format(study->storage, "g%" PRIx64 " %" PRIx64, g->start_pc, timer->period),
            weight, number);
    } else if (timer->kind == GT_TIMER_FUNC) {
        gt_groups_add(&ticking->crowds, gt_arena_format(study->storage, "f%s", callback), weight,
                      number);
    }
}

/* ---- telling ------------------------------------------------------------------------------- */

static void tell(struct ticking *ticking, uint32_t number, struct gt_instance *instance)
{
    static const char *const names[] = {[GT_TIMER_TICKER] = "ticker",
                                        [GT_TIMER_TIMER] = "timer",
                                        [GT_TIMER_FUNC] = "after-func",
                                        [GT_TIMER_OTHER] = "timer"};
    const struct gt_study *study = ticking->study;
    const struct gt_timer *timer = timer_at(ticking, number);
    uint32_t object = gt_heap_object(&study->heap->graph, timer->address);

    instance->ticker.timer =
        object == GT_NO_OBJECT ? timer->address : gt_heap_address(&study->heap->graph, object);
    instance->ticker.what = names[timer->kind];
    instance->ticker.period_ns = (int64_t)timer->period;
    instance->ticker.due_in_ns = GT_UNKNOWN; /* the core does not say what time it was */
    instance->ticker.callback = gt_study_keep(
        study, gt_process_closure(study->process,
                                  timer->kind == GT_TIMER_FUNC ? timer->arg : timer->callback));
    instance->ticker.referenced =
        is_reached(ticking, timer->address) || is_reached(ticking, timer->arg);
    if (instance->ticker.referenced && object < study->heap->graph.scan_objects)
        instance->ticker.owner_path = gt_path_to_object(&ticking->keys, object);
}

static struct gt_cause *start_cause(struct ticking *ticking, enum gt_confidence confidence,
                                    const struct gt_member *members, size_t count)
{
    struct gt_study *study = ticking->study;
    struct gt_cause *cause = gt_causes_add(ticking->causes, GT_TICKER, confidence);

    gt_cause_count(cause, study, count);
    cause->always = count >= MANY;
    for (size_t i = 0; i < count; i++) {
        if (i < cause->instance_count) tell(ticking, members[i].item, &cause->instances[i]);
        gt_vec_add(&cause->edges.words, &timer_at(ticking, members[i].item)->heap_word);
    }
    return cause;
}

static const char *period(const struct ticking *ticking, uint32_t number)
{
    return gt_arena_format(ticking->study->storage, "%gs",
                           (double)timer_at(ticking, number)->period / 1e9);
}

/* By the stack of a goroutine that waits for the timers, and what else it waits for; else by where
 * they were made, if the core has a sample of that. */
static const char *advise(const struct ticking *ticking, const struct gt_cause *cause,
                          const struct gt_stack *stack, const struct waiter *waiter)
{
    struct gt_study *study = ticking->study;
    const struct gt_instance *first = &cause->instances[0];
    struct gt_advice_facts facts = {
        .kind = GT_TICKER, .reason = first->ticker.what, .callback = first->ticker.callback};
    uint32_t object = gt_heap_object(&study->heap->graph, first->ticker.timer);

    if (stack)
        facts.stack = *stack;
    else if (object != GT_NO_OBJECT)
        facts.stack = gt_places_allocated(study, object);
    if (waiter) facts.blocked = gt_blocking_tell(study, waiter->goroutine, &facts.blocked_count);
    return gt_advice_text(study->storage, &facts);
}

static void make_abandoned(void *ctx, const struct gt_member *members, size_t count)
{
    struct ticking *ticking = ctx;
    struct gt_cause *cause = start_cause(ticking, GT_PROVEN, members, count);

    cause->title = gt_arena_format(ticking->study->storage,
                                   "%zu ticker%s of %s that only the timer heap still reaches",
                                   count, count == 1 ? "" : "s", period(ticking, members[0].item));
    cause->advice = advise(ticking, cause, NULL, NULL);
}

/* Stopping a watched ticker ends its goroutine too: the goroutine has nothing else to wake it. */
static void take_waiters(struct ticking *ticking, uint32_t number, struct gt_cause *cause)
{
    const struct waiter *waiter = first_waiter(ticking, number);
    const struct waiter *end = gt_vec_at(&ticking->waiters, ticking->waiters.len);

    for (; waiter && waiter < end && waiter->timer == number; waiter++)
        gt_cause_take_goroutine(cause, ticking->study, waiter->goroutine);
}

static void make_crowd(void *ctx, const struct gt_member *members, size_t count)
{
    struct ticking *ticking = ctx;
    struct gt_study *study = ticking->study;
    const struct waiter *waiter = first_waiter(ticking, members[0].item);

    if (count < MANY) return;
    struct gt_cause *cause = start_cause(ticking, GT_SUSPECT, members, count);
    for (size_t i = 0; i < count; i++)
        take_waiters(ticking, members[i].item, cause);
    if (!waiter) {
        cause->title = gt_arena_format(study->storage, "%zu timers alike that call %s", count,
                                       cause->instances[0].ticker.callback);
        cause->advice = advise(ticking, cause, NULL, NULL);
        return;
    }
    const struct gt_goroutine *g = &study->goroutines->list[waiter->goroutine];
    struct gt_stack stack = gt_places_of(study->process, study->goroutines, g, study->storage);
    const struct gt_place *place = gt_places_user(&stack);
    const char *function = place ? place->function : "a goroutine";
    cause->path = cause->instances[0].ticker.owner_path;
    cause->title = gt_arena_format(study->storage, "%zu tickers of %s, each with a goroutine in %s",
                                   count, period(ticking, members[0].item), function);
    cause->advice = advise(ticking, cause, &stack, waiter);
}

static void open_ticking(struct ticking *ticking)
{
    struct gt_study *study = ticking->study;

    ticking->timers = &study->contest->timers;
    gt_keys_init(&ticking->keys, study);
    gt_groups_init(&ticking->abandoned);
    gt_groups_init(&ticking->crowds);
    gt_bitmap_init(&ticking->reached, study->heap->graph.objects);
    ticking->waiters = GT_VEC_OF(struct waiter);
    for (uint32_t i = 0; i < study->goroutines->count; i++)
        *gt_map_put(&ticking->by_g, study->goroutines->list[i].address, NULL) = i + 1;
}

static void close_ticking(struct ticking *ticking)
{
    gt_keys_deinit(&ticking->keys);
    gt_groups_deinit(&ticking->abandoned);
    gt_groups_deinit(&ticking->crowds);
    gt_bitmap_free(&ticking->reached);
    gt_vec_free(&ticking->waiters);
    gt_map_free(&ticking->by_g);
}

void gt_detect_tickers(struct gt_study *study, struct gt_causes *causes)
{
    struct ticking ticking = {.study = study, .causes = causes};

    open_ticking(&ticking);
    for (uint32_t i = 0; i < ticking.timers->list.len; i++)
        find_waiters(&ticking, i);
    if (ticking.timers->list.len) gt_contest_mark_without(study, GT_TIMERS, &ticking.reached);
    for (uint32_t i = 0; i < ticking.timers->list.len; i++)
        consider(&ticking, i);
    gt_groups_visit(&ticking.abandoned, make_abandoned, &ticking);
    gt_groups_visit(&ticking.crowds, make_crowd, &ticking);
    close_ticking(&ticking);
}

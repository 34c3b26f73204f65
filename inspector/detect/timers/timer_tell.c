#include "inspector/detect/timers/timer_tell.h"

#include "inspector/detect/describe/advice.h"
#include "inspector/detect/describe/places.h"
#include "inspector/detect/waiting/blocking.h"
#include "inspector/runtime/process/settings.h"

void gt_timer_teller_init(struct gt_timer_teller *teller, struct gt_study *study,
                          const struct gt_timer_judge *judge)
{
    *teller = (struct gt_timer_teller){.study = study, .judge = judge};
    teller->latest = gt_latest_time(study->process, study->goroutines);
    gt_keys_init(&teller->keys, study);
}

void gt_timer_teller_deinit(struct gt_timer_teller *teller)
{
    gt_keys_deinit(&teller->keys);
}

/* ---- one timer ------------------------------------------------------------------------------ */

static int64_t due(const struct gt_timer_teller *teller, const struct gt_timer *timer)
{
    return gt_timer_due(teller->study->process, timer, teller->latest);
}

static void tell_one(struct gt_timer_teller *teller, uint32_t number, struct gt_instance *instance)
{
    static const char *const names[] = {[GT_TIMER_TICKER] = "ticker",
                                        [GT_TIMER_TIMER] = "timer",
                                        [GT_TIMER_FUNC] = "after-func",
                                        [GT_TIMER_OTHER] = "timer"};
    const struct gt_study *study = teller->study;
    const struct gt_timer *timer = gt_timer_at(teller->judge, number);
    uint32_t object = gt_heap_object(&study->heap->graph, timer->address);

    instance->ticker.timer =
        object == GT_NO_OBJECT ? timer->address : gt_heap_address(&study->heap->graph, object);
    instance->ticker.what = names[timer->kind];
    instance->ticker.period_ns = (int64_t)timer->period;
    instance->ticker.due_in_ns = due(teller, timer);
    instance->ticker.callback = gt_study_keep(study, gt_timer_callback(study, timer));
    instance->ticker.referenced = gt_timer_is_referenced(teller->judge, timer);
    if (instance->ticker.referenced && object < study->heap->graph.scan_objects)
        instance->ticker.owner_path = gt_path_to_object(&teller->keys, object);
}

/* ---- all of a group -------------------------------------------------------------------------- */

static enum gt_timer_sort sort_of(const struct gt_study *study, enum gt_verdict_of_timer verdict,
                                  const struct gt_timer *timer)
{
    if (verdict == GT_TIMER_WATCHED) return GT_TICKERS_WATCHED;
    if (timer->kind == GT_TIMER_TICKER) return GT_TICKERS_LOST;
    if (timer->kind == GT_TIMER_TIMER) return GT_ONE_SHOTS;
    return gt_timer_is_deadline(study, timer) ? GT_DEADLINES : GT_AFTER_FUNCS;
}

/* Why the runtime keeps timers that nothing else reaches, as the end of a sentence. */
static const char *kept_by(const struct gt_study *study, const struct gt_timer *timer)
{
    if (!gt_has(&study->process->layout, GT_F_timer_isChan))
        return gt_arena_format(study->storage,
                               "%s keeps timers until they are stopped or fire; Go 1.23 does not",
                               study->process->version.text);
    if (!timer->detached) return "a synctest bubble keeps timers until they are stopped or fire";
    if (gt_built_with(study->process, "asynctimerchan=1"))
        return "GODEBUG asynctimerchan=1 keeps timers until they are stopped or fire; a `go 1.22` "
               "or older line in go.mod sets it";
    return "GODEBUG asynctimerchan=1 keeps timers until they are stopped or fire";
}

/* When the last of them fires; NULL when the core does not tell. */
static const char *last_due(const struct gt_timer_teller *teller, const struct gt_member *members,
                            size_t count)
{
    int64_t last = GT_UNKNOWN;

    for (size_t i = 0; i < count; i++) {
        int64_t ns = due(teller, gt_timer_at(teller->judge, members[i].item));
        if (ns > last) last = ns;
    }
    if (last == GT_UNKNOWN) return NULL;
    int64_t seconds = (last + 500000000) / 1000000000;
    if (seconds < 60) return gt_arena_format(teller->study->storage, "%llds", (long long)seconds);
    if (seconds < 3600)
        return gt_arena_format(teller->study->storage, "%lldm%llds", (long long)(seconds / 60),
                               (long long)(seconds % 60));
    return gt_arena_format(teller->study->storage, "%lldh%lldm", (long long)(seconds / 3600),
                           (long long)(seconds / 60 % 60));
}

static const char *doubt_of(const struct gt_timer_teller *teller, const struct gt_member *members,
                            size_t count)
{
    const char *last = last_due(teller, members, count);

    if (!last) return "they are freed when they fire; the core does not tell when that is";
    return gt_arena_format(
        teller->study->storage,
        "they are freed when they fire, the last one in %s, unless more are made", last);
}

/* ---- where they were made ------------------------------------------------------------------- */

static const struct gt_makers *made_by_code(struct gt_timer_teller *teller, enum gt_timer_sort sort)
{
    static const char *const functions[GT_TIMER_SORTS][5] = {
        [GT_TICKERS_LOST] = {"time.NewTicker", "time.Tick"},
        [GT_ONE_SHOTS] = {"time.NewTimer", "time.After"},
        [GT_AFTER_FUNCS] = {"time.AfterFunc"},
        [GT_DEADLINES] = {"context.WithTimeout", "context.WithDeadline", "context.WithTimeoutCause",
                          "context.WithDeadlineCause"},
    };

    if (!teller->asked[sort])
        teller->made[sort] = gt_makers_by_code(teller->study, functions[sort]);
    teller->asked[sort] = true;
    return &teller->made[sort];
}

/* By the first of them of which the core has a sample, else by the code that calls what makes them.
 * Of a group that is too small to be told nobody asks. */
static struct gt_makers makers_of(struct gt_timer_teller *teller, enum gt_timer_sort sort,
                                  const struct gt_member *members, size_t count)
{
    const struct gt_study *study = teller->study;
    struct gt_makers makers = {.count = 1};
    uint64_t bytes = 0;

    for (size_t i = 0; i < count; i++)
        bytes += members[i].weight;
    if (bytes < study->min_bytes) return (struct gt_makers){0};
    for (size_t i = 0; study->samples.len && i < count; i++) {
        uint32_t object = gt_heap_object(&study->heap->graph,
                                         gt_timer_at(teller->judge, members[i].item)->address);
        if (object == GT_NO_OBJECT || !gt_map_find(&study->samples, object)) continue;
        makers.stacks[0] = gt_places_allocated(study, object);
        if (gt_places_own(&makers.stacks[0])) return makers;
    }
    return *made_by_code(teller, sort);
}

static const struct gt_watch *watcher_of(const struct gt_timer_teller *teller, uint32_t number)
{
    size_t count;

    return gt_watchers_of(&teller->judge->watchers, number, &count);
}

static struct gt_stack stack_of_watcher(const struct gt_timer_teller *teller,
                                        const struct gt_watch *watch)
{
    const struct gt_study *study = teller->study;
    const struct gt_goroutine *g = &study->goroutines->list[watch->goroutine];

    return gt_places_of(study->process, study->goroutines, g, study->storage);
}

/* By the stack of a goroutine that waits for the timer, and what else it waits for; else by where
 * it was made, if that is known. */
static const char *advise(const struct gt_timer_teller *teller, const struct gt_cause *cause,
                          uint32_t number, const struct gt_makers *makers)
{
    const struct gt_study *study = teller->study;
    const struct gt_instance *first = &cause->instances[0];
    struct gt_advice_facts facts = {
        .kind = GT_TICKER, .reason = first->ticker.what, .callback = first->ticker.callback};
    const struct gt_watch *watch = watcher_of(teller, number);

    if (watch) {
        facts.stack = stack_of_watcher(teller, watch);
        facts.blocked = gt_blocking_tell(study, watch->goroutine, &facts.blocked_count);
    } else if (makers->count == 1) {
        facts.stack = makers->stacks[0];
    }
    return gt_advice_text(study, &facts);
}

static const char *watcher_function(const struct gt_timer_teller *teller, uint32_t number)
{
    struct gt_stack stack = stack_of_watcher(teller, watcher_of(teller, number));
    const struct gt_place *place = gt_places_user(&stack);

    return place ? gt_place_name(teller->study, place) : "a goroutine";
}

/* All words of these findings but the advice: title and doubt. */
static void tell_words(const struct gt_timer_teller *teller, enum gt_timer_sort sort,
                       const struct gt_member *members, size_t count, struct gt_cause *cause)
{
    struct gt_arena *storage = teller->study->storage;
    const struct gt_timer *timer = gt_timer_at(teller->judge, members[0].item);
    const char *many = gt_study_count(teller->study, count), *s = count == 1 ? "" : "s";
    const char *function;

    switch (sort) {
    case GT_TICKERS_LOST:
        cause->title = gt_arena_format(
            storage, "%s ticker%s never stopped, reached from the timer heap only (%s)", many, s,
            kept_by(teller->study, timer));
        break;
    case GT_ONE_SHOTS:
        cause->title = gt_arena_format(
            storage,
            "%s one-shot timer%s (time.After, time.NewTimer) reached from the timer heap only",
            many, s);
        cause->doubt = gt_arena_format(storage, "%s; %s", doubt_of(teller, members, count),
                                       kept_by(teller->study, timer));
        break;
    case GT_DEADLINES:
        cause->title = gt_arena_format(storage,
                                       "%s timer%s of context.WithTimeout or WithDeadline, whose "
                                       "CancelFunc nobody has any more",
                                       many, s);
        cause->doubt = doubt_of(teller, members, count);
        break;
    case GT_AFTER_FUNCS:
        function = cause->instances[0].ticker.callback;
        cause->title = gt_arena_format(storage,
                                       "%s timer%s of time.AfterFunc that will call %s, reached "
                                       "from the timer heap only",
                                       many, s, function);
        cause->doubt = doubt_of(teller, members, count);
        break;
    case GT_TICKERS_WATCHED:
        function = watcher_function(teller, members[0].item);
        cause->title = gt_arena_format(storage,
                                       "%s ticker%s, each with a goroutine in %s that waits for "
                                       "its ticks only",
                                       many, s, function);
        cause->doubt = "each still gets its ticks: a person must judge whether they are needed";
        break;
    case GT_TIMER_SORTS:
        break;
    }
}

void gt_timers_tell(struct gt_timer_teller *teller, enum gt_verdict_of_timer verdict,
                    const struct gt_member *members, size_t count, struct gt_cause *cause)
{
    enum gt_timer_sort sort =
        sort_of(teller->study, verdict, gt_timer_at(teller->judge, members[0].item));
    struct gt_makers makers = makers_of(teller, sort, members, count);
    const char *made = gt_makers_tell(teller->study, &makers);

    for (size_t i = 0; i < cause->instance_count; i++)
        tell_one(teller, members[i].item, &cause->instances[i]);
    if (verdict == GT_TIMER_WATCHED) cause->path = cause->instances[0].ticker.owner_path;
    tell_words(teller, sort, members, count, cause);
    if (made && sort != GT_TICKERS_WATCHED)
        cause->title =
            gt_arena_format(teller->study->storage, "%s, made at %s", cause->title, made);
    cause->advice = advise(teller, cause, members[0].item, &makers);
}

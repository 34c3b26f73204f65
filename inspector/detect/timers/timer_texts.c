/* The sort of a group, which its verdict and its first timer tell, chooses the words. Where the
 * timers were made is known from a sample of the heap profile, else from the code that makes such
 * timers. */
#include "inspector/detect/timers/timer_texts.h"

#include "inspector/detect/describe/advice.h"
#include "inspector/detect/describe/locations.h"
#include "inspector/detect/waiting/blocking.h"
#include "inspector/runtime/process/settings.h"

#include <inttypes.h>

void gt_timer_describer_init(struct gt_timer_describer *describer,
                             struct gt_heap_analysis *analysis, const struct gt_timer_judge *judge)
{
    *describer = (struct gt_timer_describer){.analysis = analysis, .judge = judge};
    describer->latest = gt_latest_time(analysis->process, analysis->goroutines);
    gt_keys_init(&describer->keys, analysis);
}

void gt_timer_describer_deinit(struct gt_timer_describer *describer)
{
    gt_keys_deinit(&describer->keys);
}

/* ---- one timer ------------------------------------------------------------------------------ */

static int64_t due(const struct gt_timer_describer *describer, const struct gt_timer *timer)
{
    return gt_timer_due(describer->analysis->process, timer, describer->latest);
}

static void describe_one(struct gt_timer_describer *describer, uint32_t number,
                         struct gt_instance *instance)
{
    static const enum gt_ticker_kind kinds[] = {[GT_TIMER_TICKER] = GT_TICKER_PERIODIC,
                                                [GT_TIMER_TIMER] = GT_TICKER_TIMER,
                                                [GT_TIMER_FUNC] = GT_TICKER_FUNC,
                                                [GT_TIMER_OTHER] = GT_TICKER_TIMER};
    const struct gt_heap_analysis *analysis = describer->analysis;
    const struct gt_timer *timer = gt_timer_at(describer->judge, number);
    uint32_t object = gt_heap_object(&analysis->heap->graph, timer->address);

    instance->ticker.timer =
        object == GT_NO_OBJECT ? timer->address : gt_heap_address(&analysis->heap->graph, object);
    instance->ticker.what = kinds[timer->kind];
    instance->ticker.period_ns = (int64_t)timer->period;
    instance->ticker.due_in_ns = due(describer, timer);
    instance->ticker.callback = gt_heap_analysis_keep(analysis, gt_timer_callback(analysis, timer));
    instance->ticker.referenced = gt_timer_is_referenced(describer->judge, timer);
    if (instance->ticker.referenced && object < analysis->heap->graph.scan_objects)
        instance->ticker.owner_path = gt_path_to_object(&describer->keys, object);
}

/* ---- a group -------------------------------------------------------------------------------- */

static enum gt_timer_sort sort_of(const struct gt_heap_analysis *analysis,
                                  enum gt_verdict_of_timer verdict, const struct gt_timer *timer)
{
    if (verdict == GT_TIMER_WATCHED) return GT_TICKERS_WATCHED;
    if (timer->kind == GT_TIMER_TICKER) return GT_TICKERS_LOST;
    if (timer->kind == GT_TIMER_TIMER) return GT_ONE_SHOTS;
    return gt_timer_is_deadline(analysis, timer) ? GT_DEADLINES : GT_AFTER_FUNCS;
}

/* Why the runtime keeps timers that nothing else reaches, as the end of a sentence. */
static const char *kept_by(const struct gt_heap_analysis *analysis, const struct gt_timer *timer)
{
    if (!gt_has(&analysis->process->layout, GT_F_timer_isChan))
        return gt_arena_format(analysis->storage,
                               "%s keeps timers until they are stopped or fire; Go 1.23 does not",
                               analysis->process->version.text);
    if (!timer->detached) return "a synctest bubble keeps timers until they are stopped or fire";
    if (gt_built_with(analysis->process, "asynctimerchan=1"))
        return "GODEBUG asynctimerchan=1 keeps timers until they are stopped or fire; a `go 1.22` "
               "or older line in go.mod sets it";
    return "GODEBUG asynctimerchan=1 keeps timers until they are stopped or fire";
}

/* When the last of them fires; NULL when the core does not have the time. */
static const char *last_due(const struct gt_timer_describer *describer,
                            const struct gt_member *members, size_t count)
{
    int64_t last = GT_UNKNOWN;

    for (size_t i = 0; i < count; i++) {
        int64_t ns = due(describer, gt_timer_at(describer->judge, members[i].item));
        if (ns > last) last = ns;
    }
    if (last == GT_UNKNOWN) return NULL;
    int64_t seconds = (last + 500000000) / 1000000000;
    if (seconds < 60) return gt_arena_format(describer->analysis->storage, "%" PRId64 "s", seconds);
    if (seconds < 3600)
        return gt_arena_format(describer->analysis->storage, "%" PRId64 "m%" PRId64 "s",
                               (seconds / 60), (seconds % 60));
    return gt_arena_format(describer->analysis->storage, "%" PRId64 "h%" PRId64 "m",
                           (seconds / 3600), (seconds / 60 % 60));
}

static const char *when_freed(const struct gt_timer_describer *describer,
                              const struct gt_member *members, size_t count)
{
    const char *last = last_due(describer, members, count);
    const struct gt_timer *first = gt_timer_at(describer->judge, members[0].item);
    bool calls = first->kind == GT_TIMER_FUNC && !gt_timer_is_deadline(describer->analysis, first);

    if (!last) return "they are freed when they fire; the core does not tell when that is";
    return gt_arena_format(
        describer->analysis->storage,
        "they are freed when they fire, the last one in %s, unless %smore are made", last,
        calls ? "their function starts them again or " : "");
}

/* ---- where they were made ------------------------------------------------------------------- */

static const struct gt_makers *made_by_code(struct gt_timer_describer *describer,
                                            enum gt_timer_sort sort)
{
    static const char *const functions[GT_TIMER_SORTS][5] = {
        [GT_TICKERS_LOST] = {"time.NewTicker", "time.Tick"},
        [GT_ONE_SHOTS] = {"time.NewTimer", "time.After"},
        [GT_AFTER_FUNCS] = {"time.AfterFunc"},
        [GT_DEADLINES] = {"context.WithTimeout", "context.WithDeadline", "context.WithTimeoutCause",
                          "context.WithDeadlineCause"},
    };

    if (!describer->asked[sort])
        describer->made[sort] = gt_makers_by_code(describer->analysis, functions[sort]);
    describer->asked[sort] = true;
    return &describer->made[sort];
}

/* By the first of them with a sample in the core, else by the code that calls the functions that
 * make them. It is not called for a group that is too small to be reported. */
static struct gt_makers makers_of(struct gt_timer_describer *describer, enum gt_timer_sort sort,
                                  const struct gt_member *members, size_t count)
{
    const struct gt_heap_analysis *analysis = describer->analysis;
    struct gt_makers makers = {.count = 1};
    uint64_t bytes = 0;

    for (size_t i = 0; i < count; i++)
        bytes += members[i].weight;
    if (bytes < analysis->min_bytes) return (struct gt_makers){0};
    for (size_t i = 0; analysis->samples.len && i < count; i++) {
        uint32_t object = gt_heap_object(&analysis->heap->graph,
                                         gt_timer_at(describer->judge, members[i].item)->address);
        if (object == GT_NO_OBJECT || !gt_map_find(&analysis->samples, object)) continue;
        makers.stacks[0] = gt_locations_allocated(analysis, object);
        if (gt_locations_own(&makers.stacks[0])) return makers;
    }
    return *made_by_code(describer, sort);
}

static const struct gt_watch *watcher_of(const struct gt_timer_describer *describer,
                                         uint32_t number)
{
    size_t count;

    return gt_watchers_of(&describer->judge->watchers, number, &count);
}

static struct gt_stack stack_of_watcher(const struct gt_timer_describer *describer,
                                        const struct gt_watch *watch)
{
    const struct gt_heap_analysis *analysis = describer->analysis;
    const struct gt_goroutine *g = &analysis->goroutines->list[watch->goroutine];

    return gt_locations_of(analysis->process, analysis->goroutines, g, analysis->storage);
}

/* By the stack of a goroutine that waits for the timer, and what else it waits for; else by where
 * it was made, if that is known. */
static const char *advise(const struct gt_timer_describer *describer, const struct gt_cause *cause,
                          uint32_t number, const struct gt_makers *makers)
{
    const struct gt_heap_analysis *analysis = describer->analysis;
    static const char *const reasons[] = {[GT_TICKER_PERIODIC] = "ticker",
                                          [GT_TICKER_TIMER] = "timer",
                                          [GT_TICKER_FUNC] = "after-func"};
    const struct gt_instance *first = &cause->instances[0];
    struct gt_advice_facts facts = {.kind = GT_TICKER,
                                    .reason = reasons[first->ticker.what],
                                    .callback = first->ticker.callback};
    const struct gt_watch *watch = watcher_of(describer, number);

    if (watch) {
        facts.stack = stack_of_watcher(describer, watch);
        facts.blocked = gt_blocking_describe(analysis, watch->goroutine, &facts.blocked_count);
    } else if (makers->count == 1) {
        facts.stack = makers->stacks[0];
    }
    return gt_advice_text(analysis, &facts);
}

static const char *watcher_function(const struct gt_timer_describer *describer, uint32_t number)
{
    struct gt_stack stack = stack_of_watcher(describer, watcher_of(describer, number));
    const struct gt_source_location *place = gt_locations_user(&stack);

    return place ? gt_location_name(describer->analysis, place) : "a goroutine";
}

static const char *title_of(const struct gt_timer_describer *describer, enum gt_timer_sort sort,
                            const struct gt_member *first, size_t count, const char *callback)
{
    const struct gt_heap_analysis *analysis = describer->analysis;
    struct gt_arena *storage = analysis->storage;
    const char *many = gt_heap_analysis_count(analysis, count), *s = count == 1 ? "" : "s";

    switch (sort) {
    case GT_TICKERS_LOST:
        return gt_arena_format(
            storage, "%s ticker%s never stopped, reached from the timer heap only (%s)", many, s,
            kept_by(analysis, gt_timer_at(describer->judge, first->item)));
    case GT_ONE_SHOTS:
        return gt_arena_format(
            storage,
            "%s one-shot timer%s (time.After, time.NewTimer) reached from the timer heap only",
            many, s);
    case GT_DEADLINES:
        return gt_arena_format(storage,
                               "%s timer%s of context.WithTimeout or WithDeadline, whose "
                               "CancelFunc nobody has any more",
                               many, s);
    case GT_AFTER_FUNCS:
        return gt_arena_format(storage,
                               "%s timer%s of time.AfterFunc that will call %s, reached from the "
                               "timer heap only",
                               many, s, callback);
    case GT_TICKERS_WATCHED:
        return gt_arena_format(
            storage, "%s ticker%s, each with a goroutine in %s that waits for its ticks only", many,
            s, watcher_function(describer, first->item));
    case GT_TIMER_SORTS:
        break;
    }
    return NULL;
}

/* NULL: nothing can ever receive from it or stop it. */
static const char *doubt_of(const struct gt_timer_describer *describer, enum gt_timer_sort sort,
                            const struct gt_member *members, size_t count)
{
    const struct gt_heap_analysis *analysis = describer->analysis;

    if (sort == GT_TICKERS_LOST) return NULL;
    if (sort == GT_TICKERS_WATCHED)
        return "each still gets its ticks: a person must judge whether they are needed";
    const char *freed = when_freed(describer, members, count);
    if (sort != GT_ONE_SHOTS) return freed;
    return gt_arena_format(analysis->storage, "%s; %s", freed,
                           kept_by(analysis, gt_timer_at(describer->judge, members[0].item)));
}

void gt_timers_describe(struct gt_timer_describer *describer, enum gt_verdict_of_timer verdict,
                        const struct gt_member *members, size_t count, struct gt_cause *cause)
{
    enum gt_timer_sort sort =
        sort_of(describer->analysis, verdict, gt_timer_at(describer->judge, members[0].item));
    struct gt_makers makers = makers_of(describer, sort, members, count);
    const char *made = gt_makers_describe(describer->analysis, &makers);

    for (size_t i = 0; i < cause->instance_count; i++)
        describe_one(describer, members[i].item, &cause->instances[i]);
    if (verdict == GT_TIMER_WATCHED) cause->path = cause->instances[0].ticker.owner_path;
    cause->title = title_of(describer, sort, members, count, cause->instances[0].ticker.callback);
    cause->doubt = doubt_of(describer, sort, members, count);
    if (made && sort != GT_TICKERS_WATCHED)
        cause->title =
            gt_arena_format(describer->analysis->storage, "%s, made at %s", cause->title, made);
    cause->advice = advise(describer, cause, members[0].item, &makers);
}

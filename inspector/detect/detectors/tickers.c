/*
 * Tickers and timers that nobody stopped (timer_judge.h). A group has timers of one kind that call
 * one function or, if watched, have watchers at one site. Periods and due times do not separate
 * groups. A group is reported for the bytes that it keeps, not for its number of timers. These
 * bytes include the group's part of the lists of timers in the Ps.
 *
 * An abandoned ticker is proven: nothing can ever receive from it or stop it. Everything else is a
 * suspect: one-shot timers go when they fire, and what watchers do at each tick may be useful.
 */
#include "inspector/detect/detectors/detector.h"
#include "inspector/detect/timers/timer_texts.h"

struct ticker_finder {
    struct gt_heap_analysis *analysis;
    struct gt_causes *causes;
    struct gt_timer_judge judge;
    struct gt_timer_describer describer;
    struct gt_groups abandoned, watched;
};

static const char *key_of(const struct ticker_finder *ticker_finder, const struct gt_timer *timer)
{
    if (timer->kind == GT_TIMER_FUNC) return gt_timer_callback(ticker_finder->analysis, timer);
    return timer->kind == GT_TIMER_TICKER ? "ticker" : "timer";
}

static void consider(struct ticker_finder *ticker_finder, uint32_t number)
{
    const struct gt_heap_analysis *analysis = ticker_finder->analysis;
    uint64_t bytes;
    size_t count;

    switch (gt_timer_judge(&ticker_finder->judge, number, &bytes)) {
    case GT_TIMER_IN_USE:
        break;
    case GT_TIMER_ABANDONED:
        gt_groups_add(&ticker_finder->abandoned,
                      key_of(ticker_finder, gt_timer_at(&ticker_finder->judge, number)), bytes,
                      number);
        break;
    case GT_TIMER_WATCHED:
        gt_groups_add_numbered(
            &ticker_finder->watched,
            analysis->goroutines
                ->list[gt_watchers_of(&ticker_finder->judge.watchers, number, &count)->goroutine]
                .same_place,
            bytes, number);
        break;
    }
}

static struct gt_cause *add_cause(struct ticker_finder *ticker_finder,
                                  enum gt_confidence confidence, const struct gt_member *members,
                                  size_t count)
{
    struct gt_cause *cause = gt_causes_add(ticker_finder->causes, GT_TICKER, confidence);

    gt_cause_count(cause, ticker_finder->analysis, count);
    for (size_t i = 0; i < count; i++)
        gt_timer_links_take(&ticker_finder->judge.links,
                            gt_timer_at(&ticker_finder->judge, members[i].item), cause);
    return cause;
}

static void make_abandoned(void *ctx, const struct gt_member *members, size_t count)
{
    struct ticker_finder *ticker_finder = ctx;
    bool ticks = gt_timer_at(&ticker_finder->judge, members[0].item)->kind == GT_TIMER_TICKER;
    struct gt_cause *cause =
        add_cause(ticker_finder, ticks ? GT_PROVEN : GT_SUSPECT, members, count);

    gt_timers_describe(&ticker_finder->describer, GT_TIMER_ABANDONED, members, count, cause);
}

/* Stopping a watched ticker ends its goroutines too, since nothing else can wake them. */
static void take_watchers(struct ticker_finder *ticker_finder, uint32_t number,
                          struct gt_cause *cause)
{
    size_t count;
    const struct gt_watch *watch = gt_watchers_of(&ticker_finder->judge.watchers, number, &count);

    for (size_t i = 0; i < count; i++)
        gt_cause_take_goroutine(cause, ticker_finder->analysis, watch[i].goroutine);
}

static void make_watched(void *ctx, const struct gt_member *members, size_t count)
{
    struct ticker_finder *ticker_finder = ctx;
    uint64_t bytes = 0;

    for (size_t i = 0; i < count; i++)
        bytes += members[i].weight;
    if (bytes < ticker_finder->analysis->min_bytes) return;
    struct gt_cause *cause = add_cause(ticker_finder, GT_SUSPECT, members, count);
    for (size_t i = 0; i < count; i++)
        take_watchers(ticker_finder, members[i].item, cause);
    gt_timers_describe(&ticker_finder->describer, GT_TIMER_WATCHED, members, count, cause);
}

void gt_detect_tickers(struct gt_heap_analysis *analysis, struct gt_causes *causes)
{
    struct ticker_finder ticker_finder = {.analysis = analysis, .causes = causes};

    if (!analysis->baseline->timers.list.len) return;
    gt_timer_judge_init(&ticker_finder.judge, analysis);
    gt_timer_describer_init(&ticker_finder.describer, analysis, &ticker_finder.judge);
    gt_groups_init(&ticker_finder.abandoned);
    gt_groups_init(&ticker_finder.watched);
    for (uint32_t i = 0; i < analysis->baseline->timers.list.len; i++)
        consider(&ticker_finder, i);
    gt_groups_visit(&ticker_finder.abandoned, make_abandoned, &ticker_finder);
    gt_groups_visit(&ticker_finder.watched, make_watched, &ticker_finder);
    gt_groups_deinit(&ticker_finder.abandoned);
    gt_groups_deinit(&ticker_finder.watched);
    gt_timer_describer_deinit(&ticker_finder.describer);
    gt_timer_judge_deinit(&ticker_finder.judge);
}

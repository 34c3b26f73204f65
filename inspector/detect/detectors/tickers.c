/*
 * Tickers and timers that nobody stopped (timer_judge.h). Alike are those of one kind, of one
 * function that they call, or with watchers at one site; never those of one period or due time.
 * What a group keeps decides whether it is told, not how many it has. That includes its part of the
 * lists in which the Ps have their timers, which grow with them.
 *
 * An abandoned ticker is proof: nobody can ever receive from it or stop it. Anything else is a
 * suspect: one-shots go when they fire, and what watchers do between ticks may be of use.
 */
#include "inspector/detect/detectors/detector.h"
#include "inspector/detect/timers/timer_tell.h"

struct ticking {
    struct gt_study *study;
    struct gt_causes *causes;
    struct gt_timer_judge judge;
    struct gt_timer_teller teller;
    struct gt_groups abandoned, watched;
};

static const char *key_of(const struct ticking *ticking, const struct gt_timer *timer)
{
    if (timer->kind == GT_TIMER_FUNC) return gt_timer_callback(ticking->study, timer);
    return timer->kind == GT_TIMER_TICKER ? "ticker" : "timer";
}

static void consider(struct ticking *ticking, uint32_t number)
{
    const struct gt_study *study = ticking->study;
    uint64_t bytes;
    size_t count;

    switch (gt_timer_judge(&ticking->judge, number, &bytes)) {
    case GT_TIMER_IN_USE:
        break;
    case GT_TIMER_ABANDONED:
        gt_groups_add(&ticking->abandoned, key_of(ticking, gt_timer_at(&ticking->judge, number)),
                      bytes, number);
        break;
    case GT_TIMER_WATCHED:
        gt_groups_add_numbered(
            &ticking->watched,
            study->goroutines
                ->list[gt_watchers_of(&ticking->judge.watchers, number, &count)->goroutine]
                .alike,
            bytes, number);
        break;
    }
}

static struct gt_cause *add_cause(struct ticking *ticking, enum gt_confidence confidence,
                                  const struct gt_member *members, size_t count)
{
    struct gt_cause *cause = gt_causes_add(ticking->causes, GT_TICKER, confidence);

    gt_cause_count(cause, ticking->study, count);
    for (size_t i = 0; i < count; i++)
        gt_timer_links_take(&ticking->judge.links, gt_timer_at(&ticking->judge, members[i].item),
                            cause);
    return cause;
}

static void make_abandoned(void *ctx, const struct gt_member *members, size_t count)
{
    struct ticking *ticking = ctx;
    bool ticks = gt_timer_at(&ticking->judge, members[0].item)->kind == GT_TIMER_TICKER;
    struct gt_cause *cause = add_cause(ticking, ticks ? GT_PROVEN : GT_SUSPECT, members, count);

    gt_timers_tell(&ticking->teller, GT_TIMER_ABANDONED, members, count, cause);
}

/* Stopping a watched ticker ends its goroutines too: they have nothing else to wake them. */
static void take_watchers(struct ticking *ticking, uint32_t number, struct gt_cause *cause)
{
    size_t count;
    const struct gt_watch *watch = gt_watchers_of(&ticking->judge.watchers, number, &count);

    for (size_t i = 0; i < count; i++)
        gt_cause_take_goroutine(cause, ticking->study, watch[i].goroutine);
}

static void make_watched(void *ctx, const struct gt_member *members, size_t count)
{
    struct ticking *ticking = ctx;
    uint64_t bytes = 0;

    for (size_t i = 0; i < count; i++)
        bytes += members[i].weight;
    if (bytes < ticking->study->min_bytes) return;
    struct gt_cause *cause = add_cause(ticking, GT_SUSPECT, members, count);
    for (size_t i = 0; i < count; i++)
        take_watchers(ticking, members[i].item, cause);
    gt_timers_tell(&ticking->teller, GT_TIMER_WATCHED, members, count, cause);
}

void gt_detect_tickers(struct gt_study *study, struct gt_causes *causes)
{
    struct ticking ticking = {.study = study, .causes = causes};

    if (!study->contest->timers.list.len) return;
    gt_timer_judge_init(&ticking.judge, study);
    gt_timer_teller_init(&ticking.teller, study, &ticking.judge);
    gt_groups_init(&ticking.abandoned);
    gt_groups_init(&ticking.watched);
    for (uint32_t i = 0; i < study->contest->timers.list.len; i++)
        consider(&ticking, i);
    gt_groups_visit(&ticking.abandoned, make_abandoned, &ticking);
    gt_groups_visit(&ticking.watched, make_watched, &ticking);
    gt_groups_deinit(&ticking.abandoned);
    gt_groups_deinit(&ticking.watched);
    gt_timer_teller_deinit(&ticking.teller);
    gt_timer_judge_deinit(&ticking.judge);
}

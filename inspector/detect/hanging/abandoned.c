/* The first fixpoint has all blocked goroutines as candidates. Each group of those left that clocks
 * or signals wake gets a fixpoint of its own, in which the other such groups run. */
#include "inspector/detect/hanging/abandoned.h"

#include "inspector/base/alloc.h"
#include "inspector/detect/hanging/fixpoint.h"

enum {
    MAX_TICKING = 32, /* groups with their own clocks that are judged; each costs a fixpoint */
    PLUMBING = 1024,  /* bytes: a timer, a context, its values and channels take less */
};

#define SOON ((int64_t)600 * 1000000000) /* a wait that ends by itself so soon is only a pause */

/* ---- what goroutines wait for ---------------------------------------------------------------- */

static void note_clocks(struct gt_abandoned *abandoned)
{
    const struct gt_vec *timers = &abandoned->analysis->baseline->timers.list;

    for (size_t i = 0; i < timers->len; i++) {
        const struct gt_timer *timer = gt_vec_at(timers, i);
        if (timer->kind == GT_TIMER_TICKER || timer->kind == GT_TIMER_TIMER)
            *gt_map_put(&abandoned->clocks, timer->arg, NULL) = timer->kind == GT_TIMER_TICKER;
    }
}

/* Counts the waiters of each channel that may be a signal: one with few waiters is none. */
static void note_signals(struct gt_abandoned *abandoned)
{
    const struct gt_heap_analysis *analysis = abandoned->analysis;
    struct gt_u64s things = {0};
    bool added;

    for (uint32_t i = 0; i < analysis->goroutines->count; i++) {
        const struct gt_wait *wait = &analysis->baseline->wait[i];
        bool counts = analysis->baseline->blocks[i] && wait->kind == GT_WAIT_CHANNEL;
        for (size_t j = 0; counts && j < wait->objects.len; j++) {
            uint64_t *waiters = gt_map_put(&abandoned->signals, wait->objects.at[j], &added);
            ++*waiters;
            if (added) gt_u64s_add(&things, wait->objects.at[j]);
        }
    }
    for (size_t i = 0; i < things.len; i++) {
        uint64_t thing = things.at[i], *waiters = gt_map_find(&abandoned->signals, thing);
        if (*waiters < GT_MANY_ALIKE || !gt_channel_is_only_closed(analysis->process, thing))
            *waiters = 0;
        abandoned->has_signals |= *waiters > 0;
    }
    gt_u64s_deinit(&things);
}

static bool is_signal(const struct gt_abandoned *abandoned, uint64_t thing)
{
    const uint64_t *waiters = gt_map_find(&abandoned->signals, thing);

    return waiters && *waiters;
}

enum gt_case gt_abandoned_case(const struct gt_abandoned *abandoned, uint64_t thing)
{
    const uint64_t *periodic = gt_map_find(&abandoned->clocks, thing);

    if (periodic) return *periodic ? GT_CASE_PERIODIC : GT_CASE_CLOCK;
    if (gt_map_find(&abandoned->notified, thing)) return GT_CASE_NOTIFY;
    return is_signal(abandoned, thing) ? GT_CASE_SIGNAL : GT_CASE_OWN;
}

unsigned gt_abandoned_cases(const struct gt_abandoned *abandoned, uint32_t goroutine)
{
    const struct gt_wait *wait = &abandoned->analysis->baseline->wait[goroutine];
    unsigned cases = 0;

    for (size_t i = 0; i < wait->objects.len; i++)
        cases |= gt_abandoned_case(abandoned, wait->objects.at[i]);
    return cases;
}

/* Does it wait for a signal of the whole program? */
static bool awaits_end(const struct gt_abandoned *abandoned, uint32_t goroutine)
{
    const struct gt_heap_analysis *analysis = abandoned->analysis;
    const struct gt_wait *wait = &analysis->baseline->wait[goroutine];

    for (size_t i = 0; i < wait->objects.len; i++) {
        uint64_t thing = wait->objects.at[i];
        uint32_t object = gt_heap_object(&analysis->heap->graph, thing);
        if (gt_abandoned_case(abandoned, thing) == GT_CASE_SIGNAL && object != GT_NO_OBJECT &&
            gt_bit(&abandoned->rooted, object))
            return true;
    }
    return false;
}

uint64_t gt_abandoned_signal(const struct gt_abandoned *abandoned, uint32_t goroutine)
{
    const struct gt_wait *wait = &abandoned->analysis->baseline->wait[goroutine];

    for (size_t i = 0; i < wait->objects.len; i++) {
        uint64_t thing = wait->objects.at[i];
        const uint64_t *waiters = gt_map_find(&abandoned->signals, thing);
        if (waiters && *waiters && !gt_map_find(&abandoned->clocks, thing)) return thing;
    }
    return 0;
}

static bool answers(void *ctx, uint32_t goroutine, uint64_t thing)
{
    (void)goroutine;
    return gt_abandoned_case(ctx, thing) == GT_CASE_OWN;
}

/* ---- fixpoints ----------------------------------------------------------------------------- */

static void exclude_left_out(const struct gt_abandoned *abandoned, struct gt_exclusion *without)
{
    const struct gt_heap_analysis *analysis = abandoned->analysis;

    gt_exclusion_init(without, analysis);
    for (int kind = GT_TIMERS; kind < GT_LEFT_OUT; kind++) /* a finalizer may answer */
        gt_exclusion_add(without, analysis, &analysis->baseline->edges[kind]);
    for (size_t i = 0; i < abandoned->links.len; i++) {
        const struct gt_context_link *link = gt_vec_at(&abandoned->links, i);
        gt_cut_word(&without->cut, &analysis->heap->graph, link->word);
    }
}

static void mark_base(struct gt_abandoned *abandoned)
{
    const struct gt_heap_analysis *analysis = abandoned->analysis;
    struct gt_exclusion *without = gt_alloc(sizeof *without);

    gt_bitmap_init(&abandoned->base, analysis->heap->graph.objects);
    exclude_left_out(abandoned, without);
    if (abandoned->links.len)
        gt_live_mark(analysis->heap, analysis->roots, &without->roots, &without->cut,
                     &abandoned->base);
    else
        gt_baseline_mark(analysis, without, &abandoned->base);
    abandoned->without = without;
}

static void seed_main(const struct gt_heap_analysis *analysis, struct gt_marker *marker)
{
    const struct gt_baseline *baseline = analysis->baseline;

    for (uint32_t i = 0; i < analysis->goroutines->count; i++)
        for (uint32_t j = 0;
             analysis->goroutines->list[i].id == GT_MAIN_GOROUTINE && j < baseline->root_count[i];
             j++)
            gt_live_seed(marker, analysis->heap,
                         gt_root_at(analysis->roots, baseline->first_root[i] + j));
}

/* Marks what is reached without any goroutine except the main one. */
static void mark_rooted(struct gt_abandoned *abandoned)
{
    const struct gt_heap_analysis *analysis = abandoned->analysis;
    struct gt_exclusion without;

    gt_bitmap_init(&abandoned->rooted, analysis->heap->graph.objects);
    if (!abandoned->has_signals) return;
    exclude_left_out(abandoned, &without);
    gt_exclusion_add(&without, analysis, &analysis->baseline->others);
    if (abandoned->links.len)
        gt_live_mark(analysis->heap, analysis->roots, &without.roots, &without.cut,
                     &abandoned->rooted);
    else
        gt_baseline_alone(analysis, &abandoned->rooted);
    struct gt_marker *marker =
        gt_marker_create(&analysis->heap->graph, &without.cut, &abandoned->rooted);
    seed_main(analysis, marker);
    gt_mark_drain(marker);
    gt_marker_destroy(marker);
    gt_exclusion_deinit(&without);
}

/* Marks without more edges, which also excludes them. */
static void mark_without(const struct gt_abandoned *abandoned, const struct gt_edges *also,
                         struct gt_exclusion *without, struct gt_bitmap *marked)
{
    const struct gt_heap_analysis *analysis = abandoned->analysis;

    exclude_left_out(abandoned, without);
    gt_exclusion_add(without, analysis, also);
    gt_live_mark(analysis->heap, analysis->roots, &without->roots, &without->cut, marked);
}

void gt_abandoned_reach(const struct gt_abandoned *abandoned, const struct gt_edges *also,
                        bool *candidates, struct gt_bitmap *marked)
{
    struct gt_exclusion without;
    struct gt_fixpoint fixpoint;

    if (gt_fixpoint_is_empty(abandoned->analysis)) return;
    gt_fixpoint_init(&fixpoint, abandoned->analysis, candidates,
                     also ? &without : abandoned->without);
    fixpoint.wakes = answers;
    fixpoint.ctx = (void *)abandoned;
    fixpoint.timers_rest = true;
    if (also)
        mark_without(abandoned, also, &without, &fixpoint.marked);
    else
        gt_bitmap_copy(&fixpoint.marked, &abandoned->base);
    gt_fixpoint_reach(&fixpoint);
    memcpy(candidates, fixpoint.asleep,
           abandoned->analysis->goroutines->count * sizeof *candidates);
    if (marked) gt_bitmap_take(marked, &fixpoint.marked);
    gt_fixpoint_deinit(&fixpoint);
    if (also) gt_exclusion_deinit(&without);
}

/* ---- groups with their own clocks or signals ----------------------------------------------- */

enum { BY_ITSELF = GT_CASE_CLOCK | GT_CASE_PERIODIC | GT_CASE_NOTIFY };

struct ticker_finder { /* groups with their own clocks, one at a time */
    struct gt_abandoned *abandoned;
    const bool *silent; /* goroutines that no clock wakes: certainly abandoned */
    bool small;         /* whether small groups are judged now, or large ones */
    size_t judged;
};

/* All other groups run. Do they answer this one? */
static void judge_ticking(void *ctx, const struct gt_member *members, size_t count)
{
    struct ticker_finder *ticker_finder = ctx;
    struct gt_abandoned *abandoned = ticker_finder->abandoned;
    uint32_t goroutines = abandoned->analysis->goroutines->count;

    if ((count < GT_MANY_ALIKE) != ticker_finder->small) return;
    if (ticker_finder->judged++ >= MAX_TICKING) {
        abandoned->unjudged += !ticker_finder->small;
        return;
    }
    bool *candidates = gt_alloc(goroutines * sizeof *candidates);
    memcpy(candidates, ticker_finder->silent, goroutines * sizeof *candidates);
    for (size_t i = 0; i < count; i++)
        candidates[members[i].item] = true;
    gt_abandoned_reach(abandoned, NULL, candidates, NULL);
    for (size_t i = 0; i < count; i++)
        abandoned->is[members[i].item] = candidates[members[i].item];
    gt_free(candidates);
}

struct crowd_finder {
    const struct gt_abandoned *abandoned;
    bool *ticks;
};

/* Many contexts that a signal cancels at one site are not how a program ends, which needs one. The
 * goroutine of signal.NotifyContext only cancels after the signal, so it answers nobody. Any other
 * goroutine may do more. */
static void leave_out_notified(void *ctx, const struct gt_member *members, size_t count)
{
    struct crowd_finder *crowd = ctx;
    const struct gt_heap_analysis *analysis = crowd->abandoned->analysis;
    uint64_t starts = analysis->goroutines->list[members[0].item].start_pc;
    const char *function = gt_process_function(analysis->process, starts);

    if (count < GT_MANY_ALIKE || strncmp(function, "os/signal.NotifyContext.", 24) != 0) return;
    for (size_t i = 0; i < count; i++)
        if (!(gt_abandoned_cases(crowd->abandoned, members[i].item) &
              (GT_CASE_CLOCK | GT_CASE_PERIODIC)))
            crowd->ticks[members[i].item] = false;
}

/* Which of `all` does a clock or a signal wake, so that they may answer others? */
static void find_ticking(const struct gt_abandoned *abandoned, const bool *all, bool *ticks)
{
    const struct gt_goroutines *goroutines = abandoned->analysis->goroutines;
    struct crowd_finder crowd = {abandoned, ticks};
    struct gt_groups groups;

    gt_groups_init(&groups);
    for (uint32_t i = 0; i < goroutines->count; i++) {
        ticks[i] = all[i] && gt_abandoned_cases(abandoned, i) & BY_ITSELF;
        if (ticks[i]) gt_groups_add_numbered(&groups, goroutines->list[i].same_place, 0, i);
    }
    gt_groups_visit(&groups, leave_out_notified, &crowd);
    gt_groups_deinit(&groups);
}

/* `all` are the goroutines that nothing answers if no clock wakes any. */
static void settle_ticking(struct gt_abandoned *abandoned, const bool *all)
{
    const struct gt_goroutines *goroutines = abandoned->analysis->goroutines;
    bool *ticks = gt_alloc(goroutines->count * sizeof *ticks);
    struct gt_groups groups;

    gt_groups_init(&groups);
    find_ticking(abandoned, all, ticks);
    for (uint32_t i = 0; i < goroutines->count; i++) {
        abandoned->is[i] = all[i] && !ticks[i];
        if (ticks[i]) gt_groups_add_numbered(&groups, goroutines->list[i].same_place, 0, i);
    }
    if (groups.members.len) {
        gt_abandoned_reach(abandoned, NULL, abandoned->is, NULL);
        bool *silent = gt_alloc(goroutines->count * sizeof *silent);
        memcpy(silent, abandoned->is, goroutines->count * sizeof *silent);
        struct ticker_finder ticker_finder = {abandoned, silent, false, 0};
        gt_groups_visit(&groups, judge_ticking, &ticker_finder);
        ticker_finder.small = true;
        gt_groups_visit(&groups, judge_ticking, &ticker_finder);
        gt_free(silent);
    }
    gt_free(ticks);
    gt_groups_deinit(&groups);
}

/* ---- all candidates -------------------------------------------------------------------------- */

/* Moves the channels of signal.Notify out of the links. */
static void note_notified(struct gt_abandoned *abandoned)
{
    size_t kept = 0;

    for (size_t i = 0; i < abandoned->links.len; i++) {
        struct gt_context_link link = *(struct gt_context_link *)gt_vec_at(&abandoned->links, i);
        if (link.signal)
            *gt_map_put(&abandoned->notified, link.child, NULL) = link.handler;
        else
            *(struct gt_context_link *)gt_vec_at(&abandoned->links, kept++) = link;
    }
    abandoned->links.len = kept;
}

static void find_links(struct gt_abandoned *abandoned)
{
    const struct gt_heap_analysis *analysis = abandoned->analysis;

    abandoned->links = GT_VEC_OF(struct gt_context_link);
    gt_context_links(analysis, &abandoned->links);
    note_notified(abandoned);
    if (abandoned->links.len &&
        !gt_links_matter(analysis, analysis->baseline->blocks, &abandoned->links))
        gt_vec_clear(&abandoned->links);
}

void gt_abandoned_find(struct gt_abandoned *abandoned, struct gt_heap_analysis *analysis,
                       const bool *hangs)
{
    uint32_t count = analysis->goroutines->count;
    bool *all = gt_alloc(count * sizeof *all);

    *abandoned = (struct gt_abandoned){.analysis = analysis, .hangs = hangs};
    abandoned->is = gt_calloc(count, sizeof *abandoned->is);
    note_clocks(abandoned);
    note_signals(abandoned);
    find_links(abandoned);
    if (!gt_fixpoint_is_empty(analysis)) mark_base(abandoned);
    mark_rooted(abandoned);
    gt_bitmap_init(&abandoned->others, analysis->heap->graph.objects);
    memcpy(all, analysis->baseline->blocks, count * sizeof *all);
    gt_abandoned_reach(abandoned, NULL, all, &abandoned->others);
    settle_ticking(abandoned, all);
    for (uint32_t i = 0; i < count; i++)
        if (hangs[i] || analysis->goroutines->list[i].id == GT_MAIN_GOROUTINE)
            abandoned->is[i] = false;
    gt_endings_find(&abandoned->endings, analysis, abandoned->is, &abandoned->links);
    gt_free(all);
}

void gt_abandoned_deinit(struct gt_abandoned *abandoned)
{
    gt_free(abandoned->is);
    gt_map_deinit(&abandoned->clocks);
    gt_map_deinit(&abandoned->signals);
    gt_map_deinit(&abandoned->notified);
    gt_vec_deinit(&abandoned->links);
    gt_bitmap_deinit(&abandoned->base);
    if (abandoned->without) gt_exclusion_deinit(abandoned->without);
    gt_free(abandoned->without);
    gt_bitmap_deinit(&abandoned->rooted);
    gt_bitmap_deinit(&abandoned->others);
    gt_endings_deinit(&abandoned->endings);
}

/* ---- judging a group ----------------------------------------------------------------------- */

/* The bytes that the members reach and others do not. */
static uint64_t heap_of(const struct gt_abandoned *abandoned, const struct gt_member *members,
                        size_t count)
{
    const struct gt_heap_analysis *analysis = abandoned->analysis;
    const struct gt_heap *graph = &analysis->heap->graph;
    uint64_t before = gt_heap_bytes_of(graph, &abandoned->others);
    struct gt_bitmap marked;

    gt_bitmap_init(&marked, graph->objects);
    gt_bitmap_copy(&marked, &abandoned->others);
    struct gt_marker *marker = gt_marker_create(graph, NULL, &marked);
    for (size_t i = 0; i < count; i++)
        for (uint32_t j = 0; j < analysis->baseline->root_count[members[i].item]; j++)
            gt_live_seed(
                marker, analysis->heap,
                gt_root_at(analysis->roots, analysis->baseline->first_root[members[i].item] + j));
    gt_mark_drain(marker);
    gt_marker_destroy(marker);
    uint64_t bytes = gt_heap_bytes_of(graph, &marked) - before;
    gt_bitmap_deinit(&marked);
    return bytes;
}

/* Those that their own clocks wake, or that wait only for a signal, are judged by their bytes. */
static bool keeps_enough(const struct gt_abandoned *abandoned, const struct gt_member *members,
                         size_t count)
{
    if (count < GT_MANY_ALIKE) return false;
    uint64_t bytes = heap_of(abandoned, members, count);
    return bytes >= abandoned->analysis->min_bytes && bytes / count >= PLUMBING;
}

static bool is_pause(const struct gt_abandoned *abandoned, const struct gt_member *members,
                     size_t count)
{
    const struct gt_heap_analysis *analysis = abandoned->analysis;
    uint64_t now = gt_latest_time(analysis->process, analysis->goroutines);
    int64_t due = gt_endings_due(&abandoned->endings, members, count, now);

    return due != GT_UNKNOWN && due < SOON;
}

/* Are the goroutines many, or are they reported for the bytes that they keep? */
static bool is_enough(const struct gt_abandoned *abandoned, const struct gt_member *members,
                      size_t count, unsigned cases)
{
    bool paused = cases & (GT_CASE_CLOCK | GT_CASE_PERIODIC) && is_pause(abandoned, members, count);

    if (!(cases & GT_CASE_OWN) && cases & GT_CASE_SIGNAL && !awaits_end(abandoned, members[0].item))
        return false;
    if (cases == GT_CASE_PERIODIC) return false; /* reported with their tickers (tickers.c) */
    if (!(cases & GT_CASE_OWN) && paused && !(cases & GT_CASE_PERIODIC)) return false;
    if (cases & GT_CASE_OWN && !paused && !(cases & GT_CASE_PERIODIC)) return true;
    return keeps_enough(abandoned, members, count);
}

bool gt_abandoned_judge(const struct gt_abandoned *abandoned, const struct gt_member *members,
                        size_t count, struct gt_judgement *judgement)
{
    unsigned cases = 0;

    for (size_t i = 0; i < count; i++)
        cases |= gt_abandoned_cases(abandoned, members[i].item);
    bool own = cases & GT_CASE_OWN, timed = cases & (GT_CASE_CLOCK | GT_CASE_PERIODIC);
    *judgement = (struct gt_judgement){.confidence = own || !timed ? GT_LIKELY : GT_SUSPECT,
                                       .always = own && count >= GT_MANY_ALIKE,
                                       .cases = cases};
    return is_enough(abandoned, members, count, cases);
}

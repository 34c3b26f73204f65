/* Marks the heap without the candidates and without timers. In rounds, each candidate whose ticker
 * is reached is given back to the same mark, until a round gives back none. */
#include "inspector/detect/hanging/watchers.h"

#include "inspector/base/alloc.h"
#include "inspector/base/search.h"
#include "inspector/detect/describe/group.h"

#include <stdlib.h>

enum {
    MANY_WATCHERS = 10, /* at one site: fewer may be a program's own loops */
    MAX_ROUNDS = 8,     /* of removing watchers; a site that needs more is not judged */
};

struct finder {
    const struct gt_heap_analysis *analysis;
    struct gt_watchers *watchers;
    bool *idle;                /* by goroutine: nothing live reaches what it waits for */
    struct gt_u32s candidates; /* goroutines */
    struct gt_exclusion without;
    struct gt_marker *marker;
};

/* ---- receivers of tickers ----------------------------------------------------------------- */

static void map_tickers(const struct gt_timers *timers, struct gt_map *channels)
{
    for (uint32_t i = 0; i < timers->list.len; i++) {
        const struct gt_timer *timer = gt_vec_at(&timers->list, i);
        if (timer->kind == GT_TIMER_TICKER) *gt_map_put(channels, timer->arg, NULL) = i + 1;
    }
}

/* The ticker that a goroutine waits for, its number + 1; 0 when it waits for anything else. */
static uint32_t ticker_of(const struct gt_baseline *baseline, const struct gt_map *channels,
                          uint32_t goroutine)
{
    const struct gt_wait *wait = &baseline->wait[goroutine];
    const uint64_t *timer = NULL;

    for (size_t i = 0; baseline->blocks[goroutine] && i < wait->objects.len; i++) {
        timer = gt_map_find(channels, wait->objects.at[i]);
        if (!timer) return 0;
    }
    return timer ? (uint32_t)*timer : 0;
}

static void take_site(void *ctx, const struct gt_member *members, size_t count)
{
    struct finder *finder = ctx;

    for (size_t i = 0; count >= MANY_WATCHERS && i < count; i++) {
        finder->idle[members[i].item] = true;
        gt_u32s_add(&finder->candidates, members[i].item);
    }
}

static void find_candidates(struct finder *finder, const struct gt_map *channels)
{
    const struct gt_heap_analysis *analysis = finder->analysis;
    struct gt_groups sites;

    gt_groups_init(&sites);
    for (uint32_t i = 0; i < analysis->goroutines->count; i++)
        if (ticker_of(analysis->baseline, channels, i))
            gt_groups_add_numbered(&sites, analysis->goroutines->list[i].same_place, 0, i);
    gt_groups_visit(&sites, take_site, finder);
    gt_groups_deinit(&sites);
}

/* ---- what is live without them --------------------------------------------------------------- */

static void mark_others(struct finder *finder)
{
    const struct gt_heap_analysis *analysis = finder->analysis;
    struct gt_edges edges;

    gt_edges_init(&edges);
    for (size_t i = 0; i < finder->candidates.len; i++)
        gt_edges_of_goroutine(analysis, finder->candidates.at[i], &edges);
    gt_exclusion_add(&finder->without, analysis, &edges);
    gt_exclusion_add(&finder->without, analysis, &analysis->baseline->edges[GT_TIMERS]);
    gt_exclusion_add(&finder->without, analysis, &analysis->baseline->edges[GT_STOPPED]);
    gt_baseline_mark(analysis, &finder->without, &finder->watchers->reached);
    gt_edges_deinit(&edges);
}

static bool is_reached(const struct finder *finder, uint32_t goroutine)
{
    const struct gt_wait *wait = &finder->analysis->baseline->wait[goroutine];

    for (size_t i = 0; i < wait->objects.len; i++) {
        uint32_t object = gt_heap_object(&finder->analysis->heap->graph, wait->objects.at[i]);
        if (object == GT_NO_OBJECT || gt_bit(&finder->watchers->reached, object)) return true;
    }
    return false;
}

/* Marks as live what a goroutine holds, and what it waits for. */
static void leave_out(struct finder *finder, uint32_t goroutine)
{
    const struct gt_heap_analysis *analysis = finder->analysis;
    const struct gt_wait *wait = &analysis->baseline->wait[goroutine];
    struct gt_edges edges;

    finder->idle[goroutine] = false;
    gt_edges_init(&edges);
    gt_edges_of_goroutine(analysis, goroutine, &edges);
    for (size_t i = 0; i < edges.roots.len; i++)
        gt_bit_clear(&finder->without.roots, edges.roots.at[i]);
    for (size_t i = 0; i < edges.no_out_edges.len; i++)
        gt_bit_clear(&finder->without.cut.no_out_edges, edges.no_out_edges.at[i]);
    gt_edges_add_back(&edges, analysis, &finder->without, &finder->watchers->reached,
                      finder->marker);
    for (size_t i = 0; i < wait->objects.len; i++)
        gt_mark_seed(finder->marker, wait->objects.at[i]);
    gt_edges_deinit(&edges);
}

/* Returns whether it removed any. */
static bool leave_out_reached(struct finder *finder)
{
    bool any = false;

    for (size_t i = 0; i < finder->candidates.len; i++) {
        uint32_t goroutine = finder->candidates.at[i];
        if (!finder->idle[goroutine] || !is_reached(finder, goroutine)) continue;
        leave_out(finder, goroutine);
        any = true;
    }
    gt_mark_drain(finder->marker);
    return any;
}

static void judge(struct finder *finder)
{
    const struct gt_heap_analysis *analysis = finder->analysis;
    unsigned rounds = 0;

    gt_exclusion_init(&finder->without, analysis);
    mark_others(finder);
    finder->marker =
        gt_marker_create(&analysis->heap->graph, &finder->without.cut, &finder->watchers->reached);
    while (rounds++ < MAX_ROUNDS && leave_out_reached(finder))
        ;
    for (size_t i = 0; rounds > MAX_ROUNDS && i < finder->candidates.len; i++)
        finder->idle[finder->candidates.at[i]] = false;
    gt_marker_destroy(finder->marker);
    gt_exclusion_deinit(&finder->without);
}

/* ---- all of it ------------------------------------------------------------------------------ */

static int by_timer(const void *a, const void *b)
{
    const struct gt_watch *left = a, *right = b;

    if (left->timer != right->timer) return left->timer < right->timer ? -1 : 1;
    return left->goroutine < right->goroutine ? -1 : left->goroutine > right->goroutine;
}

static void keep_idle(const struct finder *finder, const struct gt_map *channels)
{
    struct gt_vec *list = &finder->watchers->list;

    for (size_t i = 0; i < finder->candidates.len; i++) {
        uint32_t goroutine = finder->candidates.at[i];
        uint32_t ticker = ticker_of(finder->analysis->baseline, channels, goroutine);
        struct gt_watch watch = {ticker - 1, goroutine};
        if (finder->idle[goroutine]) gt_vec_add(list, &watch);
    }
    if (list->len) qsort(list->data, list->len, sizeof(struct gt_watch), by_timer);
}

void gt_watchers_init(struct gt_watchers *watchers, const struct gt_heap_analysis *analysis)
{
    struct finder finder = {.analysis = analysis,
                            .watchers = watchers,
                            .idle = gt_calloc(analysis->goroutines->count, sizeof *finder.idle)};
    struct gt_map channels = {0};

    *watchers = (struct gt_watchers){.list = GT_VEC_OF(struct gt_watch)};
    gt_bitmap_init(&watchers->reached, analysis->heap->graph.objects);
    map_tickers(&analysis->baseline->timers, &channels);
    find_candidates(&finder, &channels);
    if (finder.candidates.len) judge(&finder);
    keep_idle(&finder, &channels);
    gt_map_deinit(&channels);
    gt_u32s_deinit(&finder.candidates);
    gt_free(finder.idle);
}

void gt_watchers_deinit(struct gt_watchers *watchers)
{
    gt_vec_deinit(&watchers->list);
    gt_bitmap_deinit(&watchers->reached);
}

static uint64_t timer_of(const void *list, size_t index)
{
    return ((const struct gt_watch *)list)[index].timer;
}

const struct gt_watch *gt_watchers_of(const struct gt_watchers *watchers, uint32_t timer,
                                      size_t *count)
{
    const struct gt_watch *list = watchers->list.data;
    size_t first = gt_lower_bound(list, 0, watchers->list.len, timer, timer_of);

    *count = gt_upper_bound(list, first, watchers->list.len, timer, timer_of) - first;
    return *count ? &list[first] : NULL;
}

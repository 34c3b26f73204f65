#include "inspector/detect/hanging/watchers.h"

#include "inspector/base/alloc.h"
#include "inspector/base/search.h"
#include "inspector/detect/describe/group.h"

#include <stdlib.h>

enum {
    MANY_WATCHERS = 10, /* at one site: fewer are a program's own loops */
    MAX_ROUNDS = 8,     /* of leaving out; what takes longer is not judged */
};

struct finding {
    const struct gt_study *study;
    struct gt_watchers *watchers;
    bool *idle;               /* by goroutine: nothing that lives reaches what it waits for */
    struct gt_vec candidates; /* uint32_t: goroutines */
    struct gt_absence without;
    struct gt_marker *marker;
};

/* ---- who receives from tickers ------------------------------------------------------------- */

static void map_tickers(const struct gt_timers *timers, struct gt_map *channels)
{
    for (uint32_t i = 0; i < timers->list.len; i++) {
        const struct gt_timer *timer = gt_vec_at(&timers->list, i);
        if (timer->kind == GT_TIMER_TICKER) *gt_map_put(channels, timer->arg, NULL) = i + 1;
    }
}

/* The ticker that a goroutine waits for, its number + 1; 0 when it waits for anything else. */
static uint32_t ticker_of(const struct gt_contest *contest, const struct gt_map *channels,
                          uint32_t goroutine)
{
    const struct gt_wait *wait = &contest->wait[goroutine];
    const uint64_t *timer = NULL;

    for (size_t i = 0; contest->blocks[goroutine] && i < wait->objects.len; i++) {
        timer = gt_map_find(channels, gt_vec_u64(&wait->objects, i));
        if (!timer) return 0;
    }
    return timer ? (uint32_t)*timer : 0;
}

static void take_site(void *ctx, const struct gt_member *members, size_t count)
{
    struct finding *finding = ctx;

    for (size_t i = 0; count >= MANY_WATCHERS && i < count; i++) {
        finding->idle[members[i].item] = true;
        gt_vec_add(&finding->candidates, &members[i].item);
    }
}

static void find_candidates(struct finding *finding, const struct gt_map *channels)
{
    const struct gt_study *study = finding->study;
    struct gt_groups sites;

    gt_groups_init(&sites);
    for (uint32_t i = 0; i < study->goroutines->count; i++)
        if (ticker_of(study->contest, channels, i))
            gt_groups_add_numbered(&sites, study->goroutines->list[i].alike, 0, i);
    gt_groups_visit(&sites, take_site, finding);
    gt_groups_deinit(&sites);
}

/* ---- what lives without them ---------------------------------------------------------------- */

static void mark_others(struct finding *finding)
{
    const struct gt_study *study = finding->study;
    struct gt_edges edges;

    gt_edges_init(&edges);
    for (size_t i = 0; i < finding->candidates.len; i++)
        gt_edges_of_goroutine(study, gt_vec_u32(&finding->candidates, i), &edges);
    gt_absence_take(&finding->without, study, &edges);
    gt_absence_take(&finding->without, study, &study->contest->edges[GT_TIMERS]);
    gt_absence_take(&finding->without, study, &study->contest->edges[GT_STOPPED]);
    gt_contest_mark(study, &finding->without, &finding->watchers->reached);
    gt_edges_deinit(&edges);
}

static bool is_reached(const struct finding *finding, uint32_t goroutine)
{
    const struct gt_wait *wait = &finding->study->contest->wait[goroutine];

    for (size_t i = 0; i < wait->objects.len; i++) {
        uint32_t object =
            gt_heap_object(&finding->study->heap->graph, gt_vec_u64(&wait->objects, i));
        if (object == GT_NO_OBJECT || gt_bit(&finding->watchers->reached, object)) return true;
    }
    return false;
}

/* What a goroutine holds lives, and what it waits for. */
static void leave_out(struct finding *finding, uint32_t goroutine)
{
    const struct gt_study *study = finding->study;
    const struct gt_wait *wait = &study->contest->wait[goroutine];
    struct gt_edges edges;

    finding->idle[goroutine] = false;
    gt_edges_init(&edges);
    gt_edges_of_goroutine(study, goroutine, &edges);
    for (size_t i = 0; i < edges.roots.len; i++)
        gt_bit_clear(&finding->without.roots, gt_vec_u32(&edges.roots, i));
    for (size_t i = 0; i < edges.muted.len; i++)
        gt_bit_clear(&finding->without.cut.muted, gt_vec_u32(&edges.muted, i));
    gt_edges_add_back(&edges, study, &finding->without, &finding->watchers->reached,
                      finding->marker);
    for (size_t i = 0; i < wait->objects.len; i++)
        gt_mark_seed(finding->marker, gt_vec_u64(&wait->objects, i));
    gt_edges_deinit(&edges);
}

/* Says whether any was. */
static bool leave_out_reached(struct finding *finding)
{
    bool any = false;

    for (size_t i = 0; i < finding->candidates.len; i++) {
        uint32_t goroutine = gt_vec_u32(&finding->candidates, i);
        if (!finding->idle[goroutine] || !is_reached(finding, goroutine)) continue;
        leave_out(finding, goroutine);
        any = true;
    }
    gt_mark_drain(finding->marker);
    return any;
}

static void judge(struct finding *finding)
{
    const struct gt_study *study = finding->study;
    unsigned rounds = 0;

    gt_absence_init(&finding->without, study);
    mark_others(finding);
    finding->marker =
        gt_marker_create(&study->heap->graph, &finding->without.cut, &finding->watchers->reached);
    while (rounds++ < MAX_ROUNDS && leave_out_reached(finding))
        ;
    for (size_t i = 0; rounds > MAX_ROUNDS && i < finding->candidates.len; i++)
        finding->idle[gt_vec_u32(&finding->candidates, i)] = false;
    gt_marker_free(finding->marker);
    gt_absence_deinit(&finding->without);
}

/* ---- all of it ------------------------------------------------------------------------------ */

static int by_timer(const void *a, const void *b)
{
    const struct gt_watch *left = a, *right = b;

    if (left->timer != right->timer) return left->timer < right->timer ? -1 : 1;
    return left->goroutine < right->goroutine ? -1 : left->goroutine > right->goroutine;
}

static void keep_idle(const struct finding *finding, const struct gt_map *channels)
{
    struct gt_vec *list = &finding->watchers->list;

    for (size_t i = 0; i < finding->candidates.len; i++) {
        uint32_t goroutine = gt_vec_u32(&finding->candidates, i);
        uint32_t ticker = ticker_of(finding->study->contest, channels, goroutine);
        struct gt_watch watch = {ticker - 1, goroutine};
        if (finding->idle[goroutine]) gt_vec_add(list, &watch);
    }
    if (list->len) qsort(list->data, list->len, sizeof(struct gt_watch), by_timer);
}

void gt_watchers_init(struct gt_watchers *watchers, const struct gt_study *study)
{
    struct finding finding = {.study = study,
                              .watchers = watchers,
                              .idle = gt_calloc(study->goroutines->count, sizeof *finding.idle),
                              .candidates = GT_VEC_OF(uint32_t)};
    struct gt_map channels = {0};

    *watchers = (struct gt_watchers){.list = GT_VEC_OF(struct gt_watch)};
    gt_bitmap_init(&watchers->reached, study->heap->graph.objects);
    map_tickers(&study->contest->timers, &channels);
    find_candidates(&finding, &channels);
    if (finding.candidates.len) judge(&finding);
    keep_idle(&finding, &channels);
    gt_map_free(&channels);
    gt_vec_free(&finding.candidates);
    gt_free(finding.idle);
}

void gt_watchers_deinit(struct gt_watchers *watchers)
{
    gt_vec_free(&watchers->list);
    gt_bitmap_free(&watchers->reached);
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

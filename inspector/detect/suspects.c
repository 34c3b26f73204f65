#include "inspector/detect/suspects.h"

#include "inspector/base/alloc.h"
#include "inspector/detect/group.h"
#include "inspector/detect/places.h"

#include <stdlib.h>

enum { TIMES_MEDIAN = 10, MAX_SITES = 64 /* each costs a mark */ };

struct waited {
    const char *reason;
    int64_t ns;
};

struct suspecting {
    const struct gt_study *study;
    const bool *hangs;
    bool *suspects;
    uint64_t latest;
    struct gt_map clocks;     /* channels of timers */
    struct gt_vec waits;      /* struct waited, of all user goroutines, by reason and time */
    struct gt_groups late;    /* by site: those that wait for long */
    struct gt_groups unknown; /* or for nobody knows how long */
    unsigned sites;           /* of many; the first MAX_SITES are judged */
};

static const struct gt_goroutine *goroutine_at(const struct suspecting *suspecting, uint32_t number)
{
    return &suspecting->study->goroutines->list[number];
}

static void note_clocks(struct suspecting *suspecting)
{
    const struct gt_vec *timers = &suspecting->study->contest->timers.list;

    for (size_t i = 0; i < timers->len; i++) {
        const struct gt_timer *timer = gt_vec_at(timers, i);
        if (timer->kind == GT_TIMER_TICKER || timer->kind == GT_TIMER_TIMER)
            gt_map_put(&suspecting->clocks, timer->arg, NULL);
    }
}

/* ---- how long ------------------------------------------------------------------------------ */

static int by_reason(const void *a, const void *b)
{
    const struct waited *left = a, *right = b;
    int order = strcmp(left->reason, right->reason);

    return order ? order : (left->ns > right->ns) - (left->ns < right->ns);
}

static void note_waits(struct suspecting *suspecting)
{
    const struct gt_goroutines *all = suspecting->study->goroutines;

    suspecting->waits = GT_VEC_OF(struct waited);
    for (uint32_t i = 0; i < all->count; i++) {
        const struct gt_goroutine *g = &all->list[i];
        struct waited waited = {g->wait_reason, gt_wait_ns(g, suspecting->latest)};
        if (!g->system && g->wait_reason && waited.ns != GT_UNKNOWN)
            gt_vec_add(&suspecting->waits, &waited);
    }
    if (suspecting->waits.len)
        qsort(suspecting->waits.data, suspecting->waits.len, sizeof(struct waited), by_reason);
}

/* Of those that wait for a reason, the first that waits for `ns` or more. */
static size_t first_of(const struct gt_vec *waits, const char *reason, int64_t ns)
{
    struct waited wanted = {reason, ns};
    size_t low = 0, high = waits->len;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (by_reason(gt_vec_at(waits, middle), &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_late(const struct suspecting *suspecting, const char *reason, int64_t ns)
{
    const struct gt_vec *waits = &suspecting->waits;
    size_t first = first_of(waits, reason, INT64_MIN), end = first_of(waits, reason, INT64_MAX);

    if (first == end) return false;
    const struct waited *median = gt_vec_at(waits, first + (end - first) / 2);
    return ns / TIMES_MEDIAN > median->ns;
}

/* ---- on what ------------------------------------------------------------------------------- */

static bool is_clock(const struct suspecting *suspecting, uint64_t channel)
{
    return gt_map_find(&suspecting->clocks, channel) != NULL;
}

/* It waits for something, which is not only time. */
static bool waits_for_more_than_time(const struct suspecting *suspecting, uint32_t number)
{
    const struct gt_contest *contest = suspecting->study->contest;
    const struct gt_wait *wait = &contest->wait[number];

    for (size_t i = 0; contest->blocks[number] && i < wait->objects.len; i++)
        if (!is_clock(suspecting, gt_vec_u64(&wait->objects, i))) return true;
    return false;
}

/* What is reached by others than the members, who hang, and timers, finalizers and cleanups. */
static void mark_others(const struct suspecting *suspecting, const struct gt_member *members,
                        size_t count, struct gt_bitmap *marked)
{
    const struct gt_study *study = suspecting->study;
    struct gt_absence without;
    struct gt_edges edges;

    gt_edges_init(&edges);
    for (size_t i = 0; i < count; i++)
        gt_edges_of_goroutine(study, members[i].item, &edges);
    for (uint32_t i = 0; i < study->goroutines->count; i++)
        if (suspecting->hangs[i]) gt_edges_of_goroutine(study, i, &edges);
    gt_absence_init(&without, study);
    gt_absence_take(&without, study, &edges);
    for (int kind = 0; kind < GT_CONTESTED; kind++)
        if (kind != GT_BLOCKED) gt_absence_take(&without, study, &study->contest->edges[kind]);
    gt_contest_mark(study, &without, marked);
    gt_absence_deinit(&without);
    gt_edges_deinit(&edges);
}

static bool is_theirs_alone(const struct suspecting *suspecting, uint32_t number,
                            const struct gt_bitmap *marked)
{
    const struct gt_wait *wait = &suspecting->study->contest->wait[number];

    for (size_t i = 0; i < wait->objects.len; i++) {
        uint64_t addr = gt_vec_u64(&wait->objects, i);
        uint32_t object = gt_heap_object(&suspecting->study->heap->graph, addr);
        if (is_clock(suspecting, addr)) continue;
        if (object == GT_NO_OBJECT || gt_bit(marked, object)) return false;
    }
    return true;
}

/* How many of a site wait for what they alone reach; each is set in `found` unless it is NULL. */
static size_t count_alone(struct suspecting *suspecting, const struct gt_member *members,
                          size_t count, bool *found)
{
    struct gt_bitmap marked;
    size_t alone = 0;

    if (count < GT_MANY_GOROUTINES || suspecting->sites++ >= MAX_SITES) return 0;
    gt_bitmap_init(&marked, suspecting->study->heap->graph.objects);
    mark_others(suspecting, members, count, &marked);
    for (size_t i = 0; i < count; i++) {
        if (!is_theirs_alone(suspecting, members[i].item, &marked)) continue;
        if (found) found[members[i].item] = true;
        alone++;
    }
    gt_bitmap_free(&marked);
    return alone;
}

static void judge_late(void *ctx, const struct gt_member *members, size_t count)
{
    struct suspecting *suspecting = ctx;

    if (count_alone(suspecting, members, count, suspecting->suspects) >= GT_MANY_GOROUTINES) return;
    for (size_t i = 0; i < count; i++)
        suspecting->suspects[members[i].item] = false;
}

static void judge_unknown(void *ctx, const struct gt_member *members, size_t count)
{
    struct suspecting *suspecting = ctx;
    const struct gt_goroutine *g = goroutine_at(suspecting, members[0].item);
    size_t alone = count_alone(suspecting, members, count, NULL);

    if (alone >= GT_MANY_GOROUTINES)
        gt_process_lost(suspecting->study->process, GT_OF_NAMES,
                        "%zu goroutines as %llu wait on what nobody else reaches, for how long no "
                        "collection saw: they may be stuck",
                        alone, (unsigned long long)g->id);
}

/* Not looked at is not innocent. */
static void tell_unjudged(const struct suspecting *suspecting)
{
    if (suspecting->sites > MAX_SITES)
        gt_process_lost(
            suspecting->study->process, GT_OF_NAMES,
            "%u of %u sites where many goroutines wait for long, or for nobody knows how "
            "long, were not judged: whether they are stuck is not known",
            suspecting->sites - MAX_SITES, suspecting->sites);
}

static void group_waiting(struct suspecting *suspecting)
{
    for (uint32_t i = 0; i < suspecting->study->goroutines->count; i++) {
        const struct gt_goroutine *g = goroutine_at(suspecting, i);
        int64_t ns = gt_wait_ns(g, suspecting->latest);
        if (suspecting->hangs[i] || !waits_for_more_than_time(suspecting, i)) continue;
        if (ns == GT_UNKNOWN)
            gt_groups_add_numbered(&suspecting->unknown, g->alike, 0, i);
        else if (is_late(suspecting, g->wait_reason, ns))
            gt_groups_add_numbered(&suspecting->late, g->alike, 0, i);
    }
}

bool *gt_suspects_find(const struct gt_study *study, const bool *hangs)
{
    struct suspecting suspecting = {.study = study, .hangs = hangs};

    suspecting.suspects = gt_calloc(study->goroutines->count, sizeof *suspecting.suspects);
    suspecting.latest = gt_latest_time(study->process, study->goroutines);
    gt_groups_init(&suspecting.late);
    gt_groups_init(&suspecting.unknown);
    note_clocks(&suspecting);
    note_waits(&suspecting);
    group_waiting(&suspecting);
    gt_groups_visit(&suspecting.late, judge_late, &suspecting);
    gt_groups_visit(&suspecting.unknown, judge_unknown, &suspecting);
    tell_unjudged(&suspecting);
    gt_groups_deinit(&suspecting.late);
    gt_groups_deinit(&suspecting.unknown);
    gt_vec_free(&suspecting.waits);
    gt_map_free(&suspecting.clocks);
    return suspecting.suspects;
}

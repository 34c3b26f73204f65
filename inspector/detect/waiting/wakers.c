/* Climbs the reverse edges breadth first from what is waited for. The roots are sorted by their
 * targets, so those that point to an object on the way are found by binary search. Steps are
 * counted, for each object and for all. */
#include "inspector/detect/waiting/wakers.h"

#include "inspector/base/alloc.h"
#include "inspector/base/search.h"
#include "inspector/detect/retention/baseline.h"

#include <stdlib.h>

enum {
    MAX_WAY = 64,          /* objects; longer paths are ignored */
    MAX_REACHED = 1 << 14, /* objects and roots, for one object that is waited for */
    MAX_STEPS = 1 << 21,
    NEAR_TIMER = 6, /* objects from a timer to what it acts on itself */
};

struct pointed {
    uint32_t object, root;
};

static int by_object(const void *a, const void *b)
{
    const struct pointed *left = a, *right = b;

    if (left->object != right->object) return left->object < right->object ? -1 : 1;
    return left->root < right->root ? -1 : left->root > right->root;
}

static void index_roots(struct gt_wakers *wakers)
{
    const struct gt_heap_analysis *analysis = wakers->analysis;

    wakers->pointed = GT_VEC_OF(struct pointed);
    for (uint32_t i = 0; i < analysis->roots->list.len; i++) {
        struct pointed pointed = {
            gt_heap_object(&analysis->heap->graph, gt_root_at(analysis->roots, i)->value), i};
        if (pointed.object != GT_NO_OBJECT) gt_vec_add(&wakers->pointed, &pointed);
    }
    if (wakers->pointed.len)
        qsort(wakers->pointed.data, wakers->pointed.len, sizeof(struct pointed), by_object);
}

static void index_timers(struct gt_wakers *wakers)
{
    const struct gt_heap_analysis *analysis = wakers->analysis;
    const struct gt_timers *timers = &analysis->baseline->timers;

    for (size_t i = 0; i < timers->list.len; i++) {
        const struct gt_timer *timer = gt_vec_at(&timers->list, i);
        uint32_t object = gt_heap_object(&analysis->heap->graph, timer->address);
        if (object != GT_NO_OBJECT) gt_map_put(&wakers->timers, object, NULL);
    }
}

static void index_weak(struct gt_wakers *wakers)
{
    const struct gt_specials *specials = wakers->analysis->specials;

    for (size_t i = 0; i < specials->list.len; i++)
        if (gt_special_at(specials, i)->kind == GT_SPECIAL_WEAK_HANDLE)
            gt_map_put(&wakers->weak, gt_special_at(specials, i)->object, NULL);
}

static void mute_goroutines(const struct gt_heap_analysis *analysis, struct gt_cut *cut)
{
    for (uint32_t i = 0; i < analysis->goroutines->count; i++) {
        const struct gt_wait *wait = &analysis->baseline->wait[i];
        uint32_t object = analysis->baseline->object[i];
        if (object != GT_NO_OBJECT) gt_bit_set(&cut->no_out_edges, object);
        for (size_t j = 0; j < wait->hidden_words.len; j++)
            gt_cut_word(cut, &analysis->heap->graph, wait->hidden_words.at[j]);
    }
}

void gt_wakers_init(struct gt_wakers *wakers, struct gt_heap_analysis *analysis)
{
    struct gt_cut cut;

    *wakers = (struct gt_wakers){.analysis = analysis, .steps = MAX_STEPS};
    wakers->fellows = gt_calloc((size_t)analysis->goroutines->count + 1, sizeof *wakers->fellows);
    gt_keys_init(&wakers->keys, analysis);
    gt_cut_init(&cut, &analysis->heap->graph);
    mute_goroutines(analysis, &cut);
    gt_reverse_edges_init(&wakers->parents, &analysis->heap->graph, &cut, &analysis->live);
    gt_cut_deinit(&cut);
    index_roots(wakers);
    index_timers(wakers);
    index_weak(wakers);
}

void gt_wakers_refill(struct gt_wakers *wakers)
{
    wakers->steps = MAX_STEPS;
}

void gt_wakers_deinit(struct gt_wakers *wakers)
{
    gt_free(wakers->fellows);
    gt_keys_deinit(&wakers->keys);
    gt_reverse_edges_deinit(&wakers->parents);
    gt_vec_deinit(&wakers->pointed);
    gt_map_deinit(&wakers->timers);
    gt_map_deinit(&wakers->weak);
}

/* ---- paths --------------------------------------------------------------------------------- */

uint32_t gt_way_goroutine(const struct gt_heap_analysis *analysis, const struct gt_way *way)
{
    const struct gt_root *root = gt_root_at(analysis->roots, way->root);
    bool of_goroutine = root->kind == GT_ROOT_FRAME || root->kind == GT_ROOT_CONSERVATIVE ||
                        root->kind == GT_ROOT_CONTEXT || root->kind == GT_ROOT_DEFER;

    return of_goroutine ? root->owner : analysis->goroutines->count;
}

/* The index of the last timer among a path's objects; way->count when there is none. */
static size_t timer_on(const struct gt_wakers *wakers, const struct gt_way *way)
{
    for (size_t i = way->count; i-- > 0;)
        if (gt_map_find(&wakers->timers, way->objects[i])) return i;
    return way->count;
}

bool gt_way_by_timer(const struct gt_wakers *wakers, const struct gt_way *way)
{
    size_t timer = timer_on(wakers, way);

    return timer < way->count && way->count - timer <= NEAR_TIMER;
}

enum gt_waker_kind gt_way_kind(const struct gt_wakers *wakers, const struct gt_way *way)
{
    static const enum gt_waker_kind kinds[GT_ROOT_KINDS] = {
        [GT_ROOT_GLOBAL] = GT_WAKER_GLOBAL,          [GT_ROOT_FRAME] = GT_WAKER_GOROUTINE,
        [GT_ROOT_CONSERVATIVE] = GT_WAKER_GOROUTINE, [GT_ROOT_CONTEXT] = GT_WAKER_GOROUTINE,
        [GT_ROOT_DEFER] = GT_WAKER_GOROUTINE,        [GT_ROOT_FINALIZER] = GT_WAKER_FINALIZER,
        [GT_ROOT_CONTENTS] = GT_WAKER_FINALIZER,     [GT_ROOT_CLEANUP] = GT_WAKER_CLEANUP,
        [GT_ROOT_QUEUED] = GT_WAKER_FINALIZER,       [GT_ROOT_QUEUED_CLEANUP] = GT_WAKER_CLEANUP,
    };

    if (timer_on(wakers, way) < way->count) return GT_WAKER_TIMER;
    return kinds[gt_root_at(wakers->analysis->roots, way->root)->kind];
}

struct seeker {
    struct gt_wakers *wakers;
    uint32_t number;
    gt_way_fn *visit;
    void *ctx;
    struct gt_map objects; /* addresses waited for: small ones may be in one object */
    uint64_t search;       /* its number */
    size_t reached;        /* objects and roots reached, for one object that is waited for */
};

/* A goroutine that waits for the same, and for nothing else, cannot wake another. */
static bool waits_for_same(const struct seeker *seeker, uint32_t other)
{
    const struct gt_wait *wait = &seeker->wakers->analysis->baseline->wait[other];

    for (size_t i = 0; i < wait->objects.len; i++)
        if (!gt_map_find(&seeker->objects, wait->objects.at[i])) return false;
    return wait->objects.len > 0;
}

static bool is_fellow(struct seeker *seeker, uint32_t other)
{
    uint64_t *fellow = &seeker->wakers->fellows[other];

    if (*fellow / 2 != seeker->search)
        *fellow = 2 * seeker->search + (other == seeker->number || waits_for_same(seeker, other));
    return *fellow % 2;
}

static uint64_t object_pointed_to(const void *pointed, size_t index)
{
    return ((const struct pointed *)gt_vec_at(pointed, index))->object;
}

/* The first of the roots that point to an object, in the sorted list. */
static size_t first_pointed(const struct gt_vec *pointed, uint32_t object)
{
    return gt_lower_bound(pointed, 0, pointed->len, object, object_pointed_to);
}

static void take_step(struct seeker *seeker)
{
    seeker->reached++;
    if (seeker->wakers->steps) seeker->wakers->steps--;
}

static bool may_step(const struct seeker *seeker)
{
    return seeker->wakers->steps && seeker->reached < MAX_REACHED;
}

/* False when the visitor stops. */
static bool visit_roots(struct seeker *seeker, const struct gt_climb *climb, uint32_t object)
{
    const struct gt_heap_analysis *analysis = seeker->wakers->analysis;
    const struct gt_vec *pointed = &seeker->wakers->pointed;
    uint32_t objects[MAX_WAY];
    struct gt_way way = {.objects = objects};

    for (size_t i = first_pointed(pointed, object); i < pointed->len && may_step(seeker); i++) {
        const struct pointed *entry = gt_vec_at(pointed, i);
        if (entry->object != object) break;
        if (!way.count) way.count = gt_climb_path(climb, object, objects, MAX_WAY);
        if (!way.count) break;
        way.root = entry->root;
        take_step(seeker);
        uint32_t owner = gt_way_goroutine(analysis, &way);
        if (owner < analysis->goroutines->count && is_fellow(seeker, owner)) continue;
        if (!seeker->visit(seeker->ctx, &way)) return false;
    }
    return true;
}

/* False when the search gave up. *enough: the visitor stopped it. */
static bool climb_from(struct seeker *seeker, uint32_t start, bool *enough)
{
    struct gt_wakers *wakers = seeker->wakers;
    struct gt_climb climb;
    uint32_t object;
    bool weak = false;

    seeker->reached = 0;
    gt_climb_init(&climb, start);
    while (!*enough && may_step(seeker)) {
        object = gt_climb_next(&climb, &wakers->parents);
        if (object == GT_NO_OBJECT) {
            gt_climb_deinit(&climb);
            return !weak;
        }
        weak |= gt_map_find(&wakers->weak, object) != NULL;
        take_step(seeker);
        *enough = !visit_roots(seeker, &climb, object);
    }
    gt_climb_deinit(&climb);
    return *enough;
}

bool gt_wakers_visit(struct gt_wakers *wakers, uint32_t number, gt_way_fn *visit, void *ctx)
{
    struct seeker seeker = {.wakers = wakers, .number = number, .visit = visit, .ctx = ctx};
    const struct gt_wait *wait = &wakers->analysis->baseline->wait[number];
    bool enough = false, whole = true;

    seeker.search = ++wakers->searches;
    for (size_t i = 0; i < wait->objects.len; i++)
        gt_map_put(&seeker.objects, wait->objects.at[i], NULL);
    for (size_t i = 0; i < wait->objects.len && !enough; i++) {
        uint64_t address = wait->objects.at[i];
        uint32_t object = gt_heap_object(&wakers->analysis->heap->graph, address);
        if (object != GT_NO_OBJECT) whole &= climb_from(&seeker, object, &enough);
    }
    gt_map_deinit(&seeker.objects);
    return whole;
}

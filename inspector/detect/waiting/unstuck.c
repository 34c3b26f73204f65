/* Begins with a mark without goroutines. The marker reports the watched objects that it reaches:
 * the classes that wait for them are free, and what free goroutines keep joins the mark, until
 * nothing is reported. */
#include "inspector/detect/waiting/unstuck.h"

#include "inspector/base/search.h"
#include "inspector/detect/retention/baseline.h"

#include <stdlib.h>

struct watch { /* a class that is free once this object is marked */
    uint32_t object, node;
};

struct unstuck {
    struct gt_deadlocks *deadlocks;
    struct gt_freer *freer;
    struct gt_exclusion without; /* all goroutines that are stuck */
    struct gt_bitmap marked, watched;
    struct gt_marker *marker;
    struct gt_vec watches;  /* struct watch, by object */
    struct gt_u32s reached; /* watched objects that were marked and are not handled yet */
};

/* ---- what classes wait for ------------------------------------------------------------------ */

static int by_object(const void *a, const void *b)
{
    const struct watch *left = a, *right = b;

    if (left->object != right->object) return left->object < right->object ? -1 : 1;
    return left->node < right->node ? -1 : left->node > right->node;
}

static void watch_class(struct unstuck *unstuck, uint32_t number)
{
    const struct gt_heap_analysis *analysis = unstuck->deadlocks->analysis;
    const struct gt_wait_class *class = gt_vec_at(&unstuck->deadlocks->classes, number);
    const struct gt_wait *wait = &analysis->baseline->wait[class->member];

    if (class->count || class->need != GT_STUCK_IF_ALL) return;
    for (size_t i = 0; i < wait->objects.len; i++) {
        struct watch watch = {gt_heap_object(&analysis->heap->graph, wait->objects.at[i]),
                              analysis->goroutines->count + number};
        if (watch.object == GT_NO_OBJECT) continue;
        gt_vec_add(&unstuck->watches, &watch);
        gt_bit_set(&unstuck->watched, watch.object);
        if (gt_bit(&unstuck->marked, watch.object)) gt_freer_set(unstuck->freer, watch.node);
    }
}

static void watch_all(struct unstuck *unstuck)
{
    for (uint32_t i = 0; i < unstuck->deadlocks->classes.len; i++)
        watch_class(unstuck, i);
    if (unstuck->watches.len)
        qsort(unstuck->watches.data, unstuck->watches.len, sizeof(struct watch), by_object);
    gt_mark_watch(unstuck->marker, &unstuck->watched, &unstuck->reached);
}

static const struct watch *watch_at(const struct unstuck *unstuck, size_t index)
{
    return gt_vec_at(&unstuck->watches, index);
}

static uint64_t object_of(const void *unstuck, size_t index)
{
    return watch_at(unstuck, index)->object;
}

/* Every class that waits for the object is free. */
static void free_waiters(struct unstuck *unstuck, uint32_t object)
{
    size_t count = unstuck->watches.len;

    for (size_t i = gt_lower_bound(unstuck, 0, count, object, object_of);
         i < count && watch_at(unstuck, i)->object == object; i++)
        gt_freer_set(unstuck->freer, watch_at(unstuck, i)->node);
}

/* ---- what goroutines keep ------------------------------------------------------------------- */

static void seed_word(void *ctx, uint64_t offset, uint64_t value)
{
    (void)offset;
    gt_mark_seed(ctx, value);
}

/* Adds back what a free goroutine reaches: its stack, its g, and what it waits for. */
static void give_back(struct unstuck *unstuck, uint32_t number)
{
    const struct gt_heap_analysis *analysis = unstuck->deadlocks->analysis;
    const struct gt_baseline *baseline = analysis->baseline;
    const struct gt_wait *wait = &baseline->wait[number];
    uint32_t object = baseline->object[number];

    for (uint32_t i = 0; i < baseline->root_count[number]; i++)
        gt_live_seed(unstuck->marker, analysis->heap,
                     gt_root_at(analysis->roots, baseline->first_root[number] + i));
    if (object != GT_NO_OBJECT) {
        gt_bit_clear(&unstuck->without.cut.no_out_edges, object);
        gt_heap_words(&analysis->heap->graph, object, seed_word, unstuck->marker);
    }
    for (size_t i = 0; i < wait->objects.len; i++)
        gt_mark_seed(unstuck->marker, wait->objects.at[i]);
}

/* The holder of a weak pointer may make it strong. */
static void seed_weak(struct unstuck *unstuck)
{
    const struct gt_heap_analysis *analysis = unstuck->deadlocks->analysis;

    for (size_t i = 0; i < analysis->specials->list.len; i++) {
        const struct gt_special *special = gt_special_at(analysis->specials, i);
        if (special->kind == GT_SPECIAL_WEAK_HANDLE)
            gt_mark_seed(unstuck->marker, gt_heap_address(&analysis->heap->graph, special->object));
    }
}

static void give_back_free(struct unstuck *unstuck)
{
    uint32_t node;

    while (gt_freer_next(unstuck->freer, &node))
        if (node < unstuck->deadlocks->analysis->goroutines->count) give_back(unstuck, node);
}

static void reach_fixpoint(struct unstuck *unstuck)
{
    seed_weak(unstuck);
    give_back_free(unstuck);
    for (gt_mark_drain(unstuck->marker); unstuck->reached.len; gt_mark_drain(unstuck->marker)) {
        while (unstuck->reached.len)
            free_waiters(unstuck, unstuck->reached.at[--unstuck->reached.len]);
        give_back_free(unstuck);
    }
}

void gt_unstuck_find(struct gt_deadlocks *deadlocks)
{
    struct gt_heap_analysis *analysis = deadlocks->analysis;
    struct unstuck unstuck = {.deadlocks = deadlocks, .watches = GT_VEC_OF(struct watch)};

    gt_exclusion_init(&unstuck.without, analysis);
    gt_bitmap_init(&unstuck.marked, analysis->heap->graph.objects);
    gt_bitmap_init(&unstuck.watched, analysis->heap->graph.objects);
    gt_baseline_mark_without_goroutines(analysis, &unstuck.without, &unstuck.marked);
    unstuck.marker =
        gt_marker_create(&analysis->heap->graph, &unstuck.without.cut, &unstuck.marked);
    unstuck.freer = gt_freer_create(&deadlocks->needs, deadlocks->stuck);
    watch_all(&unstuck);
    reach_fixpoint(&unstuck);
    gt_freer_destroy(unstuck.freer);
    gt_marker_destroy(unstuck.marker);
    gt_vec_deinit(&unstuck.watches);
    gt_u32s_deinit(&unstuck.reached);
    gt_bitmap_deinit(&unstuck.watched);
    gt_bitmap_deinit(&unstuck.marked);
    gt_exclusion_deinit(&unstuck.without);
}

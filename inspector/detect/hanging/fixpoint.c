/* Watches each object that a sleeping goroutine waits for, and each handle of weak pointers. The
 * marker reports the watched objects that it reaches. Their waiters and targets join the same mark,
 * until none is reported. */
#include "inspector/detect/hanging/fixpoint.h"

#include "inspector/base/alloc.h"

#include <stdlib.h>

/* A watch on an object: what follows when the object is reached. A goroutine waits for it, or it is
 * the handle of weak pointers and their targets are reached too. */
struct watch {
    uint32_t object;
    uint32_t goroutine; /* or the number of goroutines, for a handle */
    uint64_t leads_to;
};

static const struct gt_wait *wait_of(const struct gt_fixpoint *fixpoint, uint32_t number)
{
    return &fixpoint->analysis->baseline->wait[number];
}

static bool wakes(const struct gt_fixpoint *fixpoint, uint32_t goroutine, uint64_t thing)
{
    return !fixpoint->wakes || fixpoint->wakes(fixpoint->ctx, goroutine, thing);
}

static void seed_word(void *ctx, uint64_t offset, uint64_t value)
{
    (void)offset;
    gt_mark_seed(ctx, value);
}

/* Adds back what a goroutine that may run keeps alive, including what it waits for. */
static void give_back(struct gt_fixpoint *fixpoint, uint32_t number)
{
    const struct gt_heap_analysis *analysis = fixpoint->analysis;
    const struct gt_baseline *baseline = analysis->baseline;

    if (!fixpoint->asleep[number]) return;
    fixpoint->asleep[number] = false;
    const struct gt_u32s *queue = gt_backlog_of(&baseline->backlog, number);
    for (size_t i = 0; queue && i < queue->len; i++)
        gt_live_seed(fixpoint->marker, analysis->heap, gt_root_at(analysis->roots, queue->at[i]));
    uint32_t object = baseline->object[number];
    for (uint32_t i = 0; i < baseline->root_count[number]; i++)
        gt_live_seed(fixpoint->marker, analysis->heap,
                     gt_root_at(analysis->roots, baseline->first_root[number] + i));
    if (object != GT_NO_OBJECT) {
        gt_bit_clear(&fixpoint->without->cut.no_out_edges, object);
        gt_heap_words(&analysis->heap->graph, object, seed_word, fixpoint->marker);
    }
    const struct gt_wait *wait = wait_of(fixpoint, number);
    for (size_t i = 0; i < wait->objects.len; i++)
        gt_mark_seed(fixpoint->marker, wait->objects.at[i]);
}

/* ---- watches ----------------------------------------------------------------------------- */

static void watch(struct gt_fixpoint *fixpoint, uint64_t addr, uint32_t goroutine,
                  uint64_t leads_to)
{
    struct watch watch = {gt_heap_object(&fixpoint->analysis->heap->graph, addr), goroutine,
                          leads_to};

    if (watch.object == GT_NO_OBJECT) return;
    gt_vec_add(&fixpoint->watches, &watch);
    gt_bit_set(&fixpoint->watched, watch.object);
}

static void watch_waits(struct gt_fixpoint *fixpoint)
{
    for (uint32_t i = 0; i < fixpoint->analysis->goroutines->count; i++) {
        const struct gt_wait *wait = wait_of(fixpoint, i);
        for (size_t j = 0; fixpoint->asleep[i] && j < wait->objects.len; j++)
            if (wakes(fixpoint, i, wait->objects.at[j])) watch(fixpoint, wait->objects.at[j], i, 0);
    }
}

/* The holder of a weak pointer's handle can make the pointer strong. */
static void watch_handles(struct gt_fixpoint *fixpoint)
{
    const struct gt_heap_analysis *analysis = fixpoint->analysis;

    for (size_t i = 0; i < analysis->specials->list.len; i++) {
        const struct gt_special *special = gt_special_at(analysis->specials, i);
        if (special->kind == GT_SPECIAL_WEAK_HANDLE)
            watch(fixpoint, special->words[0], analysis->goroutines->count,
                  gt_heap_address(&analysis->heap->graph, special->object));
    }
}

static const struct watch *watch_at(const struct gt_fixpoint *fixpoint, size_t index)
{
    return gt_vec_at(&fixpoint->watches, index);
}

static int by_object(const void *a, const void *b)
{
    const struct watch *left = a, *right = b;

    return left->object < right->object ? -1 : left->object > right->object;
}

static void open_watches(struct gt_fixpoint *fixpoint)
{
    fixpoint->watches = GT_VEC_OF(struct watch);
    fixpoint->reached = (struct gt_u32s){0};
    gt_bitmap_init(&fixpoint->watched, fixpoint->analysis->heap->graph.objects);
    watch_waits(fixpoint);
    watch_handles(fixpoint);
    if (fixpoint->watches.len)
        qsort(fixpoint->watches.data, fixpoint->watches.len, sizeof(struct watch), by_object);
    for (size_t i = fixpoint->watches.len; i-- > 0;)
        *gt_map_put(&fixpoint->first, watch_at(fixpoint, i)->object, NULL) = i;
    gt_mark_watch(fixpoint->marker, &fixpoint->watched, &fixpoint->reached);
}

/* ---- the fixpoint -------------------------------------------------------------------------- */

static void wake_watchers(struct gt_fixpoint *fixpoint, uint32_t object)
{
    for (size_t i = *gt_map_find(&fixpoint->first, object);
         i < fixpoint->watches.len && watch_at(fixpoint, i)->object == object; i++) {
        const struct watch *watch = watch_at(fixpoint, i);
        if (watch->goroutine < fixpoint->analysis->goroutines->count)
            give_back(fixpoint, watch->goroutine);
        else
            gt_mark_seed(fixpoint->marker, watch->leads_to);
    }
}

/* Handles objects that were marked before they were watched. Objects outside the heap can always be
 * reached. */
static void describe_marked(struct gt_fixpoint *fixpoint)
{
    const struct gt_heap *graph = &fixpoint->analysis->heap->graph;

    for (size_t i = 0; i < fixpoint->watches.len; i++) {
        uint32_t object = watch_at(fixpoint, i)->object;
        bool known = i && watch_at(fixpoint, i - 1)->object == object; /* watches are sorted by
                                                                        * object */
        if (!known && gt_bit(&fixpoint->marked, object)) gt_u32s_add(&fixpoint->reached, object);
    }
    for (uint32_t i = 0; i < fixpoint->analysis->goroutines->count; i++) {
        const struct gt_wait *wait = wait_of(fixpoint, i);
        for (size_t j = 0; fixpoint->asleep[i] && j < wait->objects.len; j++)
            if (gt_heap_object(graph, wait->objects.at[j]) == GT_NO_OBJECT &&
                wakes(fixpoint, i, wait->objects.at[j]))
                give_back(fixpoint, i);
    }
}

/* What the scheduler holds counts as reached. That may be a timer, which the scheduler moves in its
 * heap while others fire. */
static void seed_scheduler(const struct gt_fixpoint *fixpoint)
{
    const struct gt_process *process = fixpoint->analysis->process;
    const struct gt_u64s *words = &fixpoint->analysis->baseline->scheduler;

    for (size_t i = 0; i < words->len; i++)
        if (!fixpoint->timers_rest || gt_timer_kind_at(process, words->at[i]) == GT_TIMER_OTHER)
            gt_mark_seed(fixpoint->marker, words->at[i]);
}

bool gt_fixpoint_is_empty(const struct gt_heap_analysis *analysis)
{
    for (uint32_t i = 0; i < analysis->goroutines->count; i++)
        if (analysis->baseline->blocks[i]) return false;
    return true;
}

void gt_fixpoint_init(struct gt_fixpoint *fixpoint, struct gt_heap_analysis *analysis,
                      const bool *candidates, struct gt_exclusion *without)
{
    uint32_t count = analysis->goroutines->count;

    *fixpoint =
        (struct gt_fixpoint){.analysis = analysis, .candidates = candidates, .without = without};
    fixpoint->asleep = gt_alloc(count * sizeof *fixpoint->asleep);
    memcpy(fixpoint->asleep, analysis->baseline->blocks, count * sizeof *fixpoint->asleep);
    gt_bitmap_init(&fixpoint->marked, analysis->heap->graph.objects);
}

void gt_fixpoint_reach(struct gt_fixpoint *fixpoint)
{
    fixpoint->marker = gt_marker_create(&fixpoint->analysis->heap->graph, &fixpoint->without->cut,
                                        &fixpoint->marked);
    for (uint32_t i = 0; i < fixpoint->analysis->goroutines->count; i++)
        if (!fixpoint->candidates[i]) give_back(fixpoint, i);
    open_watches(fixpoint);
    describe_marked(fixpoint);
    seed_scheduler(fixpoint);
    for (gt_mark_drain(fixpoint->marker); fixpoint->reached.len; gt_mark_drain(fixpoint->marker))
        wake_watchers(fixpoint, fixpoint->reached.at[--fixpoint->reached.len]);
    gt_marker_destroy(fixpoint->marker);
}

/* Excludes again what was given back. */
static void restore(const struct gt_fixpoint *fixpoint)
{
    const struct gt_baseline *baseline = fixpoint->analysis->baseline;

    for (uint32_t i = 0; i < fixpoint->analysis->goroutines->count; i++)
        if (baseline->blocks[i] && !fixpoint->asleep[i] && baseline->object[i] != GT_NO_OBJECT)
            gt_bit_set(&fixpoint->without->cut.no_out_edges, baseline->object[i]);
}

void gt_fixpoint_deinit(struct gt_fixpoint *fixpoint)
{
    restore(fixpoint);
    gt_vec_deinit(&fixpoint->watches);
    gt_map_deinit(&fixpoint->first);
    gt_u32s_deinit(&fixpoint->reached);
    gt_bitmap_deinit(&fixpoint->watched);
    gt_bitmap_deinit(&fixpoint->marked);
    gt_free(fixpoint->asleep);
}

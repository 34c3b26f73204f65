#include "inspector/detect/hanging.h"

#include "inspector/base/alloc.h"
#include "inspector/runtime/scheduler.h"

#include <stdlib.h>

/* Who is to be told when an object is reached: a goroutine that waits for it, or what the weak
 * pointers with this handle lead to. */
struct watch {
    uint32_t object;
    uint32_t goroutine; /* or the number of goroutines, for a handle */
    uint64_t leads_to;
};

struct hunting {
    struct gt_study *study;
    bool *hangs; /* by goroutine: not known to run again */
    struct gt_absence without;
    struct gt_bitmap marked;
    struct gt_marker *marker;
    struct gt_vec watches; /* struct watch, by object */
    struct gt_map first;   /* object -> its first watch */
    struct gt_bitmap watched;
    struct gt_vec met; /* uint32_t: watched objects that were reached and are not dealt with yet */
};

static const struct gt_wait *wait_of(const struct hunting *hunting, uint32_t number)
{
    return &hunting->study->contest->wait[number];
}

static void seed_word(void *ctx, uint64_t offset, uint64_t value)
{
    (void)offset;
    gt_mark_seed(ctx, value);
}

/* What a goroutine that may run after all keeps alive, what it waits for included. */
static void give_back(struct hunting *hunting, uint32_t number)
{
    const struct gt_study *study = hunting->study;
    const struct gt_contest *contest = study->contest;

    if (!hunting->hangs[number]) return;
    hunting->hangs[number] = false;
    uint32_t object = gt_goroutine_object(study, number);
    for (uint32_t i = 0; i < contest->root_count[number]; i++)
        gt_live_seed(hunting->marker, study->heap,
                     gt_root_at(study->roots, contest->first_root[number] + i));
    if (object != GT_NO_OBJECT) {
        gt_bit_clear(&hunting->without.cut.muted, object);
        gt_heap_words(&study->heap->graph, object, seed_word, hunting->marker);
    }
    const struct gt_wait *wait = wait_of(hunting, number);
    for (size_t i = 0; i < wait->objects.len; i++)
        gt_mark_seed(hunting->marker, gt_vec_u64(&wait->objects, i));
}

/* ---- who is to be told --------------------------------------------------------------------- */

static void watch(struct hunting *hunting, uint64_t addr, uint32_t goroutine, uint64_t leads_to)
{
    struct watch watch = {gt_heap_object(&hunting->study->heap->graph, addr), goroutine, leads_to};

    if (watch.object == GT_NO_OBJECT) return;
    gt_vec_add(&hunting->watches, &watch);
    gt_bit_set(&hunting->watched, watch.object);
}

static void watch_waits(struct hunting *hunting)
{
    for (uint32_t i = 0; i < hunting->study->goroutines->count; i++) {
        const struct gt_wait *wait = wait_of(hunting, i);
        for (size_t j = 0; hunting->hangs[i] && j < wait->objects.len; j++)
            watch(hunting, gt_vec_u64(&wait->objects, j), i, 0);
    }
}

/* A weak pointer can be made strong by whoever has its handle. */
static void watch_handles(struct hunting *hunting)
{
    const struct gt_study *study = hunting->study;

    for (size_t i = 0; i < study->specials->list.len; i++) {
        const struct gt_special *special = gt_special_at(study->specials, i);
        if (special->kind == GT_SPECIAL_WEAK_HANDLE)
            watch(hunting, special->words[0], study->goroutines->count,
                  gt_heap_address(&study->heap->graph, special->object));
    }
}

static const struct watch *watch_at(const struct hunting *hunting, size_t index)
{
    return gt_vec_at(&hunting->watches, index);
}

static int by_object(const void *a, const void *b)
{
    const struct watch *left = a, *right = b;

    return left->object < right->object ? -1 : left->object > right->object;
}

static void open_watches(struct hunting *hunting)
{
    hunting->watches = GT_VEC_OF(struct watch);
    hunting->met = GT_VEC_OF(uint32_t);
    gt_bitmap_init(&hunting->watched, hunting->study->heap->graph.objects);
    watch_waits(hunting);
    watch_handles(hunting);
    if (hunting->watches.len)
        qsort(hunting->watches.data, hunting->watches.len, sizeof(struct watch), by_object);
    for (size_t i = hunting->watches.len; i-- > 0;)
        *gt_map_put(&hunting->first, watch_at(hunting, i)->object, NULL) = i;
    gt_mark_watch(hunting->marker, &hunting->watched, &hunting->met);
}

/* ---- the fixpoint -------------------------------------------------------------------------- */

static void tell(struct hunting *hunting, uint32_t object)
{
    for (size_t i = *gt_map_find(&hunting->first, object);
         i < hunting->watches.len && watch_at(hunting, i)->object == object; i++) {
        const struct watch *watch = watch_at(hunting, i);
        if (watch->goroutine < hunting->study->goroutines->count)
            give_back(hunting, watch->goroutine);
        else
            gt_mark_seed(hunting->marker, watch->leads_to);
    }
}

/* What was marked before anybody watched. What lies outside the heap can always be reached. */
static void tell_marked(struct hunting *hunting)
{
    const struct gt_heap *graph = &hunting->study->heap->graph;

    for (size_t i = 0; i < hunting->watches.len; i++) {
        uint32_t object = watch_at(hunting, i)->object;
        bool known = i && watch_at(hunting, i - 1)->object == object; /* they are by object */
        if (!known && gt_bit(&hunting->marked, object)) gt_vec_add(&hunting->met, &object);
    }
    for (uint32_t i = 0; i < hunting->study->goroutines->count; i++) {
        const struct gt_wait *wait = wait_of(hunting, i);
        for (size_t j = 0; hunting->hangs[i] && j < wait->objects.len; j++)
            if (gt_heap_object(graph, gt_vec_u64(&wait->objects, j)) == GT_NO_OBJECT)
                give_back(hunting, i);
    }
}

static void seed_scheduler(void *ctx, const struct gt_stack_word *word)
{
    gt_mark_seed(ctx, word->value);
}

static void reach_fixpoint(struct hunting *hunting)
{
    tell_marked(hunting);
    gt_scheduler_words(hunting->study->process, seed_scheduler, hunting->marker);
    for (gt_mark_drain(hunting->marker); hunting->met.len; gt_mark_drain(hunting->marker))
        tell(hunting, gt_vec_u32(&hunting->met, --hunting->met.len));
}

bool *gt_hanging_find(struct gt_study *study)
{
    struct hunting hunting = {.study = study};
    uint32_t count = study->goroutines->count;

    hunting.hangs = gt_alloc(count * sizeof *hunting.hangs);
    memcpy(hunting.hangs, study->contest->blocks, count * sizeof *hunting.hangs);
    gt_bitmap_init(&hunting.marked, study->heap->graph.objects);
    gt_absence_init(&hunting.without, study);
    for (int kind = GT_BLOCKED; kind < GT_CONTESTED; kind++)
        gt_absence_take(&hunting.without, study, &study->contest->edges[kind]);
    gt_contest_mark(study, &hunting.without, &hunting.marked);
    hunting.marker = gt_marker_create(&study->heap->graph, &hunting.without.cut, &hunting.marked);
    open_watches(&hunting);
    reach_fixpoint(&hunting);
    gt_vec_free(&hunting.watches);
    gt_map_free(&hunting.first);
    gt_vec_free(&hunting.met);
    gt_bitmap_free(&hunting.watched);
    gt_marker_free(hunting.marker);
    gt_absence_deinit(&hunting.without);
    gt_bitmap_free(&hunting.marked);
    return hunting.hangs;
}

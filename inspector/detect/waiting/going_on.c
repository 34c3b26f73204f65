#include "inspector/detect/waiting/going_on.h"

#include "inspector/base/search.h"
#include "inspector/detect/retention/contest.h"

#include <stdlib.h>

struct watch { /* a class that is free once this object is marked */
    uint32_t object, node;
};

struct going {
    struct gt_deadlocks *deadlocks;
    struct gt_freeing *freeing;
    struct gt_absence without; /* of all goroutines that are stuck */
    struct gt_bitmap marked, watched;
    struct gt_marker *marker;
    struct gt_vec watches; /* struct watch, by object */
    struct gt_vec met;     /* uint32_t: watched objects that were marked and not dealt with yet */
};

/* ---- what classes wait for ------------------------------------------------------------------ */

static int by_object(const void *a, const void *b)
{
    const struct watch *left = a, *right = b;

    if (left->object != right->object) return left->object < right->object ? -1 : 1;
    return left->node < right->node ? -1 : left->node > right->node;
}

static void watch_class(struct going *going, uint32_t number)
{
    const struct gt_study *study = going->deadlocks->study;
    const struct gt_wait_class *class = gt_vec_at(&going->deadlocks->classes, number);
    const struct gt_wait *wait = &study->contest->wait[class->member];

    if (class->count || class->need != GT_STUCK_IF_ALL) return;
    for (size_t i = 0; i < wait->objects.len; i++) {
        struct watch watch = {gt_heap_object(&study->heap->graph, gt_vec_u64(&wait->objects, i)),
                              study->goroutines->count + number};
        if (watch.object == GT_NO_OBJECT) continue;
        gt_vec_add(&going->watches, &watch);
        gt_bit_set(&going->watched, watch.object);
        if (gt_bit(&going->marked, watch.object)) gt_freeing_set(going->freeing, watch.node);
    }
}

static void watch_all(struct going *going)
{
    for (uint32_t i = 0; i < going->deadlocks->classes.len; i++)
        watch_class(going, i);
    if (going->watches.len)
        qsort(going->watches.data, going->watches.len, sizeof(struct watch), by_object);
    gt_mark_watch(going->marker, &going->watched, &going->met);
}

static const struct watch *watch_at(const struct going *going, size_t index)
{
    return gt_vec_at(&going->watches, index);
}

static uint64_t object_of(const void *going, size_t index)
{
    return watch_at(going, index)->object;
}

/* Whoever waits for the object is free. */
static void free_waiters(struct going *going, uint32_t object)
{
    size_t count = going->watches.len;

    for (size_t i = gt_lower_bound(going, 0, count, object, object_of);
         i < count && watch_at(going, i)->object == object; i++)
        gt_freeing_set(going->freeing, watch_at(going, i)->node);
}

/* ---- what goroutines keep ------------------------------------------------------------------- */

static void seed_word(void *ctx, uint64_t offset, uint64_t value)
{
    (void)offset;
    gt_mark_seed(ctx, value);
}

/* What a free goroutine reaches: its stack, its g, and what it waits for. */
static void give_back(struct going *going, uint32_t number)
{
    const struct gt_study *study = going->deadlocks->study;
    const struct gt_contest *contest = study->contest;
    const struct gt_wait *wait = &contest->wait[number];
    uint32_t object = gt_goroutine_object(study, number);

    for (uint32_t i = 0; i < contest->root_count[number]; i++)
        gt_live_seed(going->marker, study->heap,
                     gt_root_at(study->roots, contest->first_root[number] + i));
    if (object != GT_NO_OBJECT) {
        gt_bit_clear(&going->without.cut.muted, object);
        gt_heap_words(&study->heap->graph, object, seed_word, going->marker);
    }
    for (size_t i = 0; i < wait->objects.len; i++)
        gt_mark_seed(going->marker, gt_vec_u64(&wait->objects, i));
}

/* A weak pointer may be made strong by anybody who has it. */
static void seed_weak(struct going *going)
{
    const struct gt_study *study = going->deadlocks->study;

    for (size_t i = 0; i < study->specials->list.len; i++) {
        const struct gt_special *special = gt_special_at(study->specials, i);
        if (special->kind == GT_SPECIAL_WEAK_HANDLE)
            gt_mark_seed(going->marker, gt_heap_address(&study->heap->graph, special->object));
    }
}

static void give_back_free(struct going *going)
{
    uint32_t node;

    while (gt_freeing_next(going->freeing, &node))
        if (node < going->deadlocks->study->goroutines->count) give_back(going, node);
}

static void reach_fixpoint(struct going *going)
{
    seed_weak(going);
    give_back_free(going);
    for (gt_mark_drain(going->marker); going->met.len; gt_mark_drain(going->marker)) {
        while (going->met.len)
            free_waiters(going, gt_vec_u32(&going->met, --going->met.len));
        give_back_free(going);
    }
}

void gt_going_on_find(struct gt_deadlocks *deadlocks)
{
    struct gt_study *study = deadlocks->study;
    struct going going = {
        .deadlocks = deadlocks, .watches = GT_VEC_OF(struct watch), .met = GT_VEC_OF(uint32_t)};

    gt_absence_init(&going.without, study);
    gt_bitmap_init(&going.marked, study->heap->graph.objects);
    gt_bitmap_init(&going.watched, study->heap->graph.objects);
    gt_contest_mark_unattended(study, &going.without, &going.marked);
    going.marker = gt_marker_create(&study->heap->graph, &going.without.cut, &going.marked);
    going.freeing = gt_freeing_create(&deadlocks->needs, deadlocks->stuck);
    watch_all(&going);
    reach_fixpoint(&going);
    gt_freeing_free(going.freeing);
    gt_marker_free(going.marker);
    gt_vec_free(&going.watches);
    gt_vec_free(&going.met);
    gt_bitmap_free(&going.watched);
    gt_bitmap_free(&going.marked);
    gt_absence_deinit(&going.without);
}

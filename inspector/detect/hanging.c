#include "inspector/detect/hanging.h"

#include "inspector/base/alloc.h"

#include <stdlib.h>

struct hunting {
    struct gt_study *study;
    bool *hangs; /* by goroutine: not known to run again */
    struct gt_absence without;
    struct gt_bitmap marked;
    struct gt_marker *marker;
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
        gt_mark_seed(hunting->marker, *(uint64_t *)gt_vec_at(&wait->objects, i));
    hunting->hangs[number] = false;
}

/* Can anything that may run reach what it waits for? What lies outside the heap always can be. */
static bool may_run(const struct hunting *hunting, uint32_t number)
{
    const struct gt_wait *wait = wait_of(hunting, number);

    for (size_t i = 0; i < wait->objects.len; i++) {
        uint64_t addr = *(uint64_t *)gt_vec_at(&wait->objects, i);
        uint32_t object = gt_heap_object(&hunting->study->heap->graph, addr);
        if (object == GT_NO_OBJECT || gt_bit(&hunting->marked, object)) return true;
    }
    return false;
}

/* A weak pointer can be made strong by whoever reaches its handle. */
static void follow_weak(struct hunting *hunting)
{
    const struct gt_study *study = hunting->study;

    for (size_t i = 0; i < study->specials->list.len; i++) {
        const struct gt_special *special = gt_special_at(study->specials, i);
        if (special->kind != GT_SPECIAL_WEAK_HANDLE) continue;
        uint32_t handle = gt_heap_object(&study->heap->graph, special->words[0]);
        if (handle != GT_NO_OBJECT && gt_bit(&hunting->marked, handle))
            gt_mark_seed(hunting->marker, gt_heap_address(&study->heap->graph, special->object));
    }
}

/* Goroutines that wait for one another in a long row, as pipelines do, mostly lie in the order of
 * their making: marking on at once and going both ways by turns takes such a row in two passes. */
static bool give_back_all(struct hunting *hunting, bool backwards)
{
    uint32_t count = hunting->study->goroutines->count;
    bool changed = false;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t number = backwards ? count - 1 - i : i;
        if (!hunting->hangs[number] || !may_run(hunting, number)) continue;
        give_back(hunting, number);
        gt_mark_drain(hunting->marker);
        changed = true;
    }
    return changed;
}

static void reach_fixpoint(struct hunting *hunting)
{
    bool backwards = true;

    do {
        gt_mark_drain(hunting->marker);
        follow_weak(hunting);
        gt_mark_drain(hunting->marker);
        backwards = !backwards;
    } while (give_back_all(hunting, backwards));
}

bool *gt_hanging_find(struct gt_study *study)
{
    struct hunting hunting = {.study = study};
    uint32_t count = study->goroutines->count;

    hunting.hangs = gt_alloc(count * sizeof *hunting.hangs);
    memcpy(hunting.hangs, study->contest->blocks, count * sizeof *hunting.hangs);
    gt_bitmap_init(&hunting.marked, study->heap->graph.objects);
    gt_absence_init(&hunting.without, study);
    gt_absence_take(&hunting.without, study, &study->contest->edges[GT_BLOCKED]);
    gt_contest_mark(study, &hunting.without, &hunting.marked);
    hunting.marker = gt_marker_create(&study->heap->graph, &hunting.without.cut, &hunting.marked);
    reach_fixpoint(&hunting);
    gt_marker_free(hunting.marker);
    gt_absence_deinit(&hunting.without);
    gt_bitmap_free(&hunting.marked);
    return hunting.hangs;
}

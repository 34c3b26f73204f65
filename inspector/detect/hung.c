/*
 * Hanging goroutines: blocked on something that no goroutine which may yet run can reach, by the
 * fixpoint of the runtime's own leak detector (runtime/mgc.go, findGoroutineLeaks):
 *   1. take away the goroutines that block on objects of the heap, with all they hold;
 *   2. mark from the rest; whoever waits for something marked may run: give it back and mark on;
 *   3. what is left when nothing changes hangs.
 * That is proof: over-marking can only hide a leak, and where anything is missing from the core
 * the proof is taken back (api/make_report.c). Groups of one stack are one finding.
 */
#include "inspector/base/alloc.h"
#include "inspector/detect/detector.h"
#include "inspector/detect/group.h"
#include "inspector/detect/path.h"
#include "inspector/detect/places.h"

#include <stdlib.h>

enum {
    MANY = 100, /* goroutines of one site that are worth telling whatever they keep */
    MAX_KEY_FRAMES = 64,
    MAIN_GOROUTINE = 1, /* it may wait for ever on purpose */
};

struct hunting {
    struct gt_study *study;
    struct gt_causes *causes;
    bool *hangs; /* by goroutine: not known to run again */
    struct gt_absence without;
    struct gt_bitmap marked;
    struct gt_marker *marker;
    struct gt_groups groups;
    uint64_t latest;
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

/* ---- telling ------------------------------------------------------------------------------- */

static void tell(const struct hunting *hunting, uint32_t number, struct gt_instance *instance)
{
    const struct gt_study *study = hunting->study;
    const struct gt_goroutine *g = &study->goroutines->list[number];
    const struct gt_wait *wait = wait_of(hunting, number);

    instance->hung.goroutine = g->id;
    instance->hung.wait_reason = gt_study_keep(study, g->wait_reason);
    instance->hung.wait_ns = gt_wait_ns(g, hunting->latest);
    instance->hung.blocked_on = wait->what;
    if (wait->objects.len)
        instance->hung.blocked_on_address = *(uint64_t *)gt_vec_at(&wait->objects, 0);
    instance->hung.stack = gt_places_of(study->process, study->goroutines, g, study->storage);
    instance->hung.created_by = gt_place_created(study->process, g, study->storage);
    instance->hung.stack_bytes = g->stack_hi - g->stack_lo;
}

static const char *advice(const struct gt_study *study, const struct gt_instance *instance)
{
    static const struct {
        const char *reason, *text;
    } rows[] = {
        {"chan send", "make the channel buffered, or select on ctx.Done() beside the send"},
        {"chan receive", "close the channel when its senders are done, or select on ctx.Done()"},
        {"select", "add a case on ctx.Done() and cancel the context when the work is abandoned"},
        {"sync.WaitGroup.Wait", "call Done on every path: defer wg.Done()"},
        {"sync.", "unlock or signal on every path: defer mu.Unlock()"},
    };
    const struct gt_place *place = gt_places_user(&instance->hung.stack);
    const char *text = "nothing can wake it: return instead of waiting";

    for (size_t i = sizeof rows / sizeof *rows; i-- > 0;)
        if (strncmp(instance->hung.wait_reason, rows[i].reason, strlen(rows[i].reason)) == 0 &&
            !strstr(instance->hung.wait_reason, "nil chan") &&
            !strstr(instance->hung.wait_reason, "no cases"))
            text = rows[i].text;
    if (!place || !place->file) return text;
    const char *file = strrchr(place->file, '/');
    return gt_arena_format(study->storage, "%s, at %s:%u", text, file ? file + 1 : place->file,
                           place->line);
}

static void make_cause(void *ctx, const struct gt_member *members, size_t count)
{
    struct hunting *hunting = ctx;
    struct gt_study *study = hunting->study;
    struct gt_cause *cause = gt_causes_add(hunting->causes, GT_HUNG_GOROUTINE, GT_PROVEN);

    gt_cause_count(cause, study, count);
    cause->always = count >= MANY;
    for (size_t i = 0; i < count; i++) {
        if (i < cause->instance_count) tell(hunting, members[i].item, &cause->instances[i]);
        gt_cause_take_goroutine(cause, study, members[i].item);
    }
    const struct gt_instance *first = &cause->instances[0];
    const struct gt_place *place = gt_places_user(&first->hung.stack);
    cause->title =
        gt_arena_format(study->storage, "%zu goroutine%s in %s at %s, which nothing can end", count,
                        count == 1 ? "" : "s", first->hung.wait_reason,
                        place ? place->function : "an unknown place");
    cause->advice = advice(study, first);
}

static void group_hanging(struct hunting *hunting)
{
    const struct gt_goroutines *all = hunting->study->goroutines;

    for (uint32_t i = 0; i < all->count; i++)
        if (hunting->hangs[i])
            gt_groups_add(&hunting->groups,
                          gt_places_key(all, &all->list[i], hunting->study->storage),
                          all->list[i].stack_hi - all->list[i].stack_lo, i);
}

void gt_detect_hung(struct gt_study *study, struct gt_causes *causes)
{
    struct hunting hunting = {.study = study, .causes = causes};
    uint32_t count = study->goroutines->count;

    hunting.hangs = gt_alloc(count * sizeof *hunting.hangs);
    memcpy(hunting.hangs, study->contest->blocks, count * sizeof *hunting.hangs);
    hunting.latest = gt_latest_time(study->process, study->goroutines);
    gt_bitmap_init(&hunting.marked, study->heap->graph.objects);
    gt_absence_init(&hunting.without, study);
    gt_absence_take(&hunting.without, study, &study->contest->edges[GT_BLOCKED]);
    gt_contest_mark(study, &hunting.without, &hunting.marked);
    hunting.marker = gt_marker_create(&study->heap->graph, &hunting.without.cut, &hunting.marked);
    reach_fixpoint(&hunting);
    gt_marker_free(hunting.marker);
    gt_groups_init(&hunting.groups);
    group_hanging(&hunting);
    gt_groups_visit(&hunting.groups, make_cause, &hunting);
    gt_groups_deinit(&hunting.groups);
    gt_absence_deinit(&hunting.without);
    gt_bitmap_free(&hunting.marked);
    free(hunting.hangs);
}

/*
 * Hanging goroutines (hanging.h): groups of one stack are one finding. It is proof; where anything
 * is missing from the core the proof is taken back (api/make_report.c).
 */
#include "inspector/base/alloc.h"
#include "inspector/detect/blocking.h"
#include "inspector/detect/detector.h"
#include "inspector/detect/group.h"
#include "inspector/detect/hanging.h"
#include "inspector/detect/path.h"
#include "inspector/detect/places.h"
#include "inspector/detect/tell_labels.h"

#include <stdlib.h>

enum { MANY = 100 }; /* goroutines of one site that are worth telling whatever they keep */

struct hunting {
    struct gt_study *study;
    struct gt_causes *causes;
    bool *hangs; /* by goroutine */
    struct gt_groups groups;
    uint64_t latest;
};

/* ---- telling ------------------------------------------------------------------------------- */

static void tell(const struct hunting *hunting, uint32_t number, struct gt_instance *instance)
{
    const struct gt_study *study = hunting->study;
    const struct gt_goroutine *g = &study->goroutines->list[number];

    instance->hung.goroutine = g->id;
    instance->hung.parent = g->parent_id;
    instance->hung.wait_reason = gt_study_keep(study, g->wait_reason);
    instance->hung.wait_ns = gt_wait_ns(g, hunting->latest);
    instance->hung.blocked = gt_blocking_tell(study, number, &instance->hung.blocked_count);
    if (instance->hung.blocked_count) {
        instance->hung.blocked_on = instance->hung.blocked->what;
        instance->hung.blocked_on_address = instance->hung.blocked->address;
        instance->hung.blocked_on_type = instance->hung.blocked->type;
    }
    instance->hung.labels =
        gt_labels_tell(study->process, g, study->storage, &instance->hung.label_count);
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
    const char *who =
        gt_arena_format(study->storage, "%zu goroutine%s in %s at %s", count, count == 1 ? "" : "s",
                        first->hung.wait_reason, place ? place->function : "an unknown place");
    cause->title = gt_arena_format(study->storage, "%s, which nothing can end", who);
    cause->weak_title =
        gt_arena_format(study->storage, "%s, which nothing that could be read can end", who);
    cause->advice = advice(study, first);
}

static void group_hanging(struct hunting *hunting)
{
    const struct gt_goroutines *all = hunting->study->goroutines;

    for (uint32_t i = 0; i < all->count; i++)
        if (hunting->hangs[i])
            gt_groups_add_numbered(&hunting->groups, all->list[i].alike,
                                   all->list[i].stack_hi - all->list[i].stack_lo, i);
}

void gt_detect_hung(struct gt_study *study, struct gt_causes *causes)
{
    struct hunting hunting = {.study = study, .causes = causes};

    hunting.hangs = gt_hanging_find(study);
    hunting.latest = gt_latest_time(study->process, study->goroutines);
    gt_groups_init(&hunting.groups);
    group_hanging(&hunting);
    gt_groups_visit(&hunting.groups, make_cause, &hunting);
    gt_groups_deinit(&hunting.groups);
    free(hunting.hangs);
}

/*
 * Hanging goroutines (hanging.h): groups of one stack are one finding. It is proof; where anything
 * is missing from the core the proof is taken back (api/make_report.c). Beside them, and never in
 * one finding with them, those that were abandoned (abandoned.h).
 */
#include "inspector/base/alloc.h"
#include "inspector/detect/describe/advice.h"
#include "inspector/detect/describe/path.h"
#include "inspector/detect/describe/places.h"
#include "inspector/detect/describe/tell_labels.h"
#include "inspector/detect/describe/wait_words.h"
#include "inspector/detect/detectors/detector.h"
#include "inspector/detect/hanging/abandoned.h"
#include "inspector/detect/hanging/hanging.h"
#include "inspector/detect/hanging/lingering.h"
#include "inspector/detect/waiting/blocking.h"

enum { MANY_GOROUTINES = 100 };

struct hunting {
    struct gt_study *study;
    struct gt_causes *causes;
    const struct gt_abandoned *abandoned;
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

/* "40 goroutines blocked forever sending on a channel in main.fetch"; `how` is "forever" here. */
static const char *who(const struct gt_study *study, const struct gt_cause *cause, const char *how)
{
    const struct gt_instance *first = &cause->instances[0];
    const struct gt_place *place = gt_places_user(&first->hung.stack);
    const char *words = gt_wait_words(first->hung.wait_reason);

    if (!words) words = gt_arena_format(study->storage, "(%s)", first->hung.wait_reason);
    return gt_arena_format(study->storage, "%s goroutine%s blocked%s %s in %s",
                           gt_study_count(study, cause->count), cause->count == 1 ? "" : "s", how,
                           words, place ? gt_place_name(study, place) : "an unknown function");
}

static struct gt_cause *add_cause(struct hunting *hunting, enum gt_confidence confidence,
                                  const struct gt_member *members, size_t count)
{
    struct gt_study *study = hunting->study;
    struct gt_cause *cause = gt_causes_add(hunting->causes, GT_HUNG_GOROUTINE, confidence);

    gt_cause_count(cause, study, count);
    cause->always = count >= MANY_GOROUTINES; /* whatever they keep */
    for (size_t i = 0; i < count; i++) {
        if (i < cause->instance_count) tell(hunting, members[i].item, &cause->instances[i]);
        gt_cause_take_goroutine(cause, study, members[i].item);
    }
    struct gt_advice_facts facts = gt_advice_facts_hung(&cause->instances[0]);
    cause->advice = gt_advice_text(study, &facts);
    return cause;
}

/* A goroutine of the runtime's that runs finalizers or cleanups, and with it all that wait. It is
 * no proof that it hangs, unless it is told: it may go on in a moment. */
static void tell_server(struct hunting *hunting, uint32_t number, bool hangs)
{
    const struct gt_study *study = hunting->study;
    struct gt_member member = {.item = number};
    const char *what;
    size_t waiting = gt_backlog_waiting(&study->contest->backlog, study, number, &what);
    bool seen = study->goroutines->list[number].wait_since != 0;
    struct gt_cause *cause = add_cause(hunting,
                                       hangs  ? GT_PROVEN
                                       : seen ? GT_LIKELY
                                              : GT_SUSPECT,
                                       &member, 1);

    cause->always = waiting >= GT_MANY_ALIKE || hangs;
    cause->descriptor_bytes = 0; /* the runtime starts it in any program */
    const struct gt_place *place = gt_places_user(&cause->instances[0].hung.stack);
    cause->title = gt_arena_format(
        study->storage, "the %s goroutine hangs in %s at %s; %zu %s wait%s behind it",
        *what == 'f' ? "finalizer" : "cleanup", cause->instances[0].hung.wait_reason,
        place ? gt_place_name(study, place) : "an unknown place", waiting, what,
        waiting == 1 ? "s" : "");
    if (!hangs)
        cause->doubt = seen ? "others reach what it waits for, and could still end it"
                            : "no collection has seen it wait: it may go on in a moment";
}

/* They are told by themselves; the rest of those that hang or are abandoned in groups. */
static void tell_servers(struct hunting *hunting, bool *hangs, bool *abandoned)
{
    const struct gt_contest *contest = hunting->study->contest;

    for (uint32_t i = 0; i < hunting->study->goroutines->count; i++) {
        const struct gt_vec *queue = gt_backlog_of(&contest->backlog, i);
        if (!queue || !contest->blocks[i] || !queue->len) continue;
        tell_server(hunting, i, hangs[i]);
        hangs[i] = abandoned[i] = false;
    }
}

static void tell_hanging(void *ctx, const struct gt_member *members, size_t count)
{
    struct hunting *hunting = ctx;
    struct gt_arena *storage = hunting->study->storage;
    struct gt_cause *cause = add_cause(hunting, GT_PROVEN, members, count);

    cause->title = who(hunting->study, cause, " forever");
    cause->weak_title = gt_arena_format(storage, "%s; nothing that could be read can wake them",
                                        who(hunting->study, cause, ""));
}

/* The first thing of a goroutine that is only ever closed; 0 when there is none. */
static uint64_t signal_of(const struct gt_abandoned *abandoned, uint32_t goroutine)
{
    const struct gt_wait *wait = &abandoned->study->contest->wait[goroutine];

    for (size_t i = 0; i < wait->objects.len; i++) {
        uint64_t thing = gt_vec_u64(&wait->objects, i);
        const uint64_t *waiters = gt_map_find(&abandoned->signals, thing);
        if (waiters && *waiters && !gt_map_find(&abandoned->clocks, thing)) return thing;
    }
    return 0;
}

static const char *why(unsigned cases)
{
    if (cases & GT_CASE_OWN) return "no other goroutine reaches what they wait for";
    return cases & GT_CASE_PERIODIC ? "only their tickers wake them"
           : cases & GT_CASE_CLOCK  ? "only their timers wake them"
                                    : "they wait only to be told to end";
}

static void tell_abandoned(void *ctx, const struct gt_member *members, size_t count)
{
    struct hunting *hunting = ctx;
    const struct gt_study *study = hunting->study;
    struct gt_judgement judgement;

    if (!gt_abandoned_judge(hunting->abandoned, members, count, &judgement)) return;
    struct gt_cause *cause = add_cause(hunting, judgement.confidence, members, count);
    cause->always = judgement.always;
    gt_endings_take(&hunting->abandoned->endings, members, count, &cause->edges);
    cause->title =
        gt_arena_format(study->storage, "%s; %s", who(study, cause, ""), why(judgement.cases));
    cause->doubt = gt_endings_tell(&hunting->abandoned->endings, study, members, count,
                                   signal_of(hunting->abandoned, members[0].item), hunting->latest);
}

static void tell_lingering(void *ctx, const struct gt_member *members, size_t count)
{
    struct hunting *hunting = ctx;

    if (!gt_lingers(hunting->study, members, count, hunting->latest)) return;
    struct gt_cause *cause = add_cause(hunting, GT_SUSPECT, members, count);
    cause->title = gt_arena_format(hunting->study->storage,
                                   "%s; more and more of them over the life of the process",
                                   who(hunting->study, cause, ""));
    cause->doubt = "others reach what they wait for, and may still end them";
}

/* Not looked at is not innocent. */
static void tell_unjudged(const struct hunting *hunting)
{
    if (hunting->abandoned->unjudged)
        gt_process_lost(hunting->study->process, GT_OF_NAMES,
                        "%zu groups of goroutines that timers wake were not judged: whether they "
                        "were abandoned is not known",
                        hunting->abandoned->unjudged);
}

/* "main.fetch:82 4a7c10": where it waits in the program's own code, and where it was started. */
static const char *site_of(const struct hunting *hunting, uint32_t number)
{
    const struct gt_study *study = hunting->study;
    const struct gt_goroutine *g = &study->goroutines->list[number];
    struct gt_stack stack = gt_places_of(study->process, study->goroutines, g, study->storage);
    const struct gt_place *place = gt_places_user(&stack);

    return gt_arena_format(study->storage, "%s:%u %llx", place ? place->function : "",
                           place ? place->line : 0, (unsigned long long)g->go_pc);
}

/* Those that wait at one place may have come there by different calls. */
static void tell_sites(struct hunting *hunting, const bool *of, gt_group_fn *tell_group)
{
    const struct gt_goroutines *all = hunting->study->goroutines;
    const char **sites = gt_calloc(all->count, sizeof *sites); /* by what is alike */
    struct gt_groups groups;

    gt_groups_init(&groups);
    for (uint32_t i = 0; i < all->count; i++) {
        if (!of[i]) continue;
        const char **site = &sites[all->list[i].alike];
        if (!*site) *site = site_of(hunting, i);
        gt_groups_add(&groups, *site, all->list[i].stack_hi - all->list[i].stack_lo, i);
    }
    gt_groups_visit(&groups, tell_group, hunting);
    gt_groups_deinit(&groups);
    gt_free(sites);
}

static void tell_groups(struct hunting *hunting, const bool *of, gt_group_fn *tell_group)
{
    const struct gt_goroutines *all = hunting->study->goroutines;
    struct gt_groups groups;

    gt_groups_init(&groups);
    for (uint32_t i = 0; i < all->count; i++)
        if (of[i])
            gt_groups_add_numbered(&groups, all->list[i].alike,
                                   all->list[i].stack_hi - all->list[i].stack_lo, i);
    gt_groups_visit(&groups, tell_group, hunting);
    gt_groups_deinit(&groups);
}

/* Of those that block, the rest. */
static void tell_rest(struct hunting *hunting, const bool *hangs, const bool *abandoned)
{
    const struct gt_study *study = hunting->study;
    bool *rest = gt_calloc(study->goroutines->count, sizeof *rest);

    for (uint32_t i = 0; i < study->goroutines->count; i++)
        rest[i] = study->contest->blocks[i] && !hangs[i] && !abandoned[i] &&
                  !gt_backlog_of(&study->contest->backlog, i) &&
                  study->goroutines->list[i].id != GT_MAIN_GOROUTINE;
    tell_groups(hunting, rest, tell_lingering);
    gt_free(rest);
}

void gt_detect_hung(struct gt_study *study, struct gt_causes *causes)
{
    struct gt_abandoned abandoned;
    struct hunting hunting = {.study = study, .causes = causes, .abandoned = &abandoned};
    bool *hangs = gt_hanging_find(study);

    gt_abandoned_find(&abandoned, study, hangs);
    hunting.latest = gt_latest_time(study->process, study->goroutines);
    tell_servers(&hunting, hangs, abandoned.is);
    tell_groups(&hunting, hangs, tell_hanging);
    tell_sites(&hunting, abandoned.is, tell_abandoned);
    tell_rest(&hunting, hangs, abandoned.is);
    tell_unjudged(&hunting);
    gt_abandoned_deinit(&abandoned);
    gt_free(hangs);
}

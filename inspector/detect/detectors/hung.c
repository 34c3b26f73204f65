/*
 * Goroutines that hang (hanging.h), that were abandoned (abandoned.h), that linger (lingering.h) or
 * that only a far end answers (distant.h), those in a deadlock of locks or behind a lock that
 * nobody holds (lock_roles.h), crowds whose tokens are lost (lost_tokens.h), and runtime goroutines
 * in which a finalizer or cleanup blocks. Goroutines with one stack are one finding; goroutines of
 * different sorts never share one. A hung goroutine is proven. If anything is missing from the
 * core, the proof is taken back (retention/findings.h).
 */
#include "inspector/base/alloc.h"
#include "inspector/detect/clients/islands.h"
#include "inspector/detect/clients/unclosed.h"
#include "inspector/detect/describe/advice.h"
#include "inspector/detect/describe/locations.h"
#include "inspector/detect/describe/path.h"
#include "inspector/detect/detectors/detector.h"
#include "inspector/detect/detectors/hung_texts.h"
#include "inspector/detect/hanging/abandoned.h"
#include "inspector/detect/hanging/distant.h"
#include "inspector/detect/hanging/followers.h"
#include "inspector/detect/hanging/hanging.h"
#include "inspector/detect/hanging/lingering.h"
#include "inspector/detect/hanging/notified.h"
#include "inspector/detect/hanging/sites.h"
#include "inspector/detect/hanging/unanswered_texts.h"
#include "inspector/detect/waiting/lock_roles.h"
#include "inspector/detect/waiting/lost_tokens.h"

#include <string.h>

enum { MANY_GOROUTINES = 100 };

struct hung_finder {
    struct gt_heap_analysis *analysis;
    struct gt_causes *causes;
    const struct gt_abandoned *abandoned;
    struct gt_unanswered unanswered;
    struct gt_distant distant;
    struct gt_followers followers;
    struct gt_unclosed unclosed;
    struct gt_islands islands;
    struct gt_lock_roles roles;
    uint64_t latest;
};

/* ---- groups -------------------------------------------------------------------------------- */

static const struct gt_lock_role_texts *role_of(const struct hung_finder *hung_finder,
                                                const struct gt_member *members)
{
    return &gt_lock_role_texts[hung_finder->roles.of[members[0].item]];
}

static uint32_t led_by(const struct hung_finder *hung_finder, const struct gt_member *members)
{
    return hung_finder->roles.leader[members[0].item];
}

/* With the goroutine that hangs and that they wait for. */
static const char *behind(const struct hung_finder *hung_finder, const struct gt_member *members,
                          const char *title)
{
    return gt_hung_behind(hung_finder->analysis, title, led_by(hung_finder, members) - 1);
}

/* Advice by what is known of the wait beside its stack. */
static void advise_part(const struct gt_heap_analysis *analysis, struct gt_cause *cause,
                        const char *part)
{
    struct gt_advice_facts facts = gt_advice_facts_hung(&cause->instances[0]);

    facts.lock = part;
    cause->advice = gt_advice_text(analysis, &facts);
}

/* By its part in a deadlock of locks. What ends the wait of a goroutine that hangs also helps those
 * behind it. */
static void advise(const struct hung_finder *hung_finder, uint32_t first, struct gt_cause *cause)
{
    struct gt_heap_analysis *analysis = hung_finder->analysis;
    uint32_t leader = hung_finder->roles.leader[first];
    struct gt_instance other = {0};

    if (!leader) {
        advise_part(analysis, cause, gt_lock_role_texts[hung_finder->roles.of[first]].word);
        return;
    }
    gt_hung_describe(analysis, leader - 1, hung_finder->latest, &other);
    struct gt_advice_facts facts = gt_advice_facts_hung(&other);
    if (gt_waits_for_token(analysis, leader - 1)) facts.lock = "full";
    cause->advice = gt_advice_text(analysis, &facts);
}

static struct gt_cause *add_cause(struct hung_finder *hung_finder, enum gt_confidence confidence,
                                  const struct gt_member *members, size_t count)
{
    struct gt_heap_analysis *analysis = hung_finder->analysis;
    struct gt_cause *cause = gt_causes_add(hung_finder->causes, GT_HUNG_GOROUTINE, confidence);

    gt_cause_count(cause, analysis, count);
    const struct gt_lock_role_texts *role = role_of(hung_finder, members);
    cause->always = count >= MANY_GOROUTINES || role->circle; /* even if they keep little */
    for (size_t i = 0; i < count; i++) {
        if (i < cause->instance_count)
            gt_hung_describe(analysis, members[i].item, hung_finder->latest, &cause->instances[i]);
        gt_cause_take_goroutine(cause, analysis, members[i].item);
    }
    advise(hung_finder, members[0].item, cause);
    return cause;
}

/* A runtime goroutine that runs finalizers or cleanups, with all that wait behind it. It is proven
 * only if it hangs; otherwise it may continue soon. */
static void describe_server(struct hung_finder *hung_finder, uint32_t number, bool hangs)
{
    const struct gt_heap_analysis *analysis = hung_finder->analysis;
    struct gt_member member = {.item = number};
    const char *what;
    size_t waiting = gt_backlog_waiting(&analysis->baseline->backlog, analysis, number, &what);
    bool seen = analysis->goroutines->list[number].wait_since != 0;
    struct gt_cause *cause = add_cause(hung_finder,
                                       hangs  ? GT_PROVEN
                                       : seen ? GT_LIKELY
                                              : GT_SUSPECT,
                                       &member, 1);

    cause->always = waiting >= GT_MANY_ALIKE || hangs;
    cause->descriptor_bytes = 0; /* the runtime starts it in every program */
    const struct gt_source_location *place = gt_locations_user(&cause->instances[0].hung.stack);
    cause->title = gt_arena_format(
        analysis->storage, "the %s goroutine hangs in %s at %s; %zu %s wait%s behind it",
        *what == 'f' ? "finalizer" : "cleanup", cause->instances[0].hung.wait_reason,
        place ? gt_location_name(analysis, place) : "an unknown place", waiting, what,
        waiting == 1 ? "s" : "");
    if (!hangs)
        cause->doubt = seen ? "others reach what it waits for, and could still end it"
                            : "no collection has seen it wait: it may go on in a moment";
}

/* Runtime goroutines are findings of their own. The other goroutines that hang or are abandoned are
 * grouped. */
static void describe_servers(struct hung_finder *hung_finder, bool *hangs, bool *abandoned)
{
    const struct gt_baseline *baseline = hung_finder->analysis->baseline;

    for (uint32_t i = 0; i < hung_finder->analysis->goroutines->count; i++) {
        const struct gt_u32s *queue = gt_backlog_of(&baseline->backlog, i);
        if (!queue || !baseline->blocks[i] || !queue->len) continue;
        describe_server(hung_finder, i, hangs[i]);
        hangs[i] = abandoned[i] = false;
    }
}

static void describe_hanging(void *ctx, const struct gt_member *members, size_t count)
{
    struct hung_finder *hung_finder = ctx;
    struct gt_arena *storage = hung_finder->analysis->storage;
    struct gt_cause *cause = add_cause(hung_finder, GT_PROVEN, members, count);
    const struct gt_lock_role_texts *role = role_of(hung_finder, members);

    cause->always |= gt_hung_leads_many(hung_finder->analysis, &hung_finder->roles, members, count);
    cause->title = gt_hung_who(hung_finder->analysis, cause, " forever");
    if (role->circle) cause->title = gt_arena_format(storage, "%s; %s", cause->title, role->title);
    if (led_by(hung_finder, members)) cause->title = behind(hung_finder, members, cause->title);
    if (gt_waits_for_token(hung_finder->analysis, members[0].item))
        advise_part(hung_finder->analysis, cause, "full");
    cause->weak_title = gt_arena_format(storage, "%s; nothing that could be read can wake them",
                                        gt_hung_who(hung_finder->analysis, cause, ""));
}

/* Beside a channel that all of them share, such as the Done of a root context. */
static void advise_own(const struct hung_finder *hung_finder, uint32_t first,
                       struct gt_cause *cause)
{
    struct gt_advice_facts facts = gt_advice_facts_hung(&cause->instances[0]);

    gt_advice_set_shared(&facts, gt_abandoned_signal(hung_finder->abandoned, first));
    cause->advice = gt_advice_text(hung_finder->analysis, &facts);
}

static void describe_abandoned(void *ctx, const struct gt_member *members, size_t count)
{
    struct hung_finder *hung_finder = ctx;
    const struct gt_heap_analysis *analysis = hung_finder->analysis;
    struct gt_judgement judgement;

    if (!gt_abandoned_judge(hung_finder->abandoned, members, count, &judgement)) return;
    struct gt_cause *cause = add_cause(hung_finder, judgement.confidence, members, count);
    cause->always = judgement.always;
    gt_endings_take(&hung_finder->abandoned->endings, members, count, &cause->edges);
    gt_followers_take_writers(hung_finder->abandoned, members[0].item, cause);
    size_t more =
        gt_followers_take(&hung_finder->followers, hung_finder->abandoned, members, count, cause);
    cause->title = gt_arena_format(analysis->storage, "%s; %s", gt_hung_who(analysis, cause, ""),
                                   gt_abandoned_why(judgement.cases));
    if (more)
        cause->title = gt_arena_format(
            analysis->storage, "%s, and %zu more that wait for their contexts", cause->title, more);
    cause->doubt = gt_endings_describe(&hung_finder->abandoned->endings, analysis, members, count,
                                       gt_abandoned_signal(hung_finder->abandoned, members[0].item),
                                       gt_notified_text(hung_finder->abandoned, members[0].item),
                                       hung_finder->latest);
    if (judgement.cases & GT_CASE_NOTIFY)
        advise_part(analysis, cause, "signal");
    else if (judgement.cases & GT_CASE_OWN && judgement.cases & GT_CASE_SIGNAL)
        advise_own(hung_finder, members[0].item, cause);
}

static void describe_distant(void *ctx, const struct gt_member *members, size_t count)
{
    struct hung_finder *hung_finder = ctx;
    const struct gt_heap_analysis *analysis = hung_finder->analysis;

    if (!gt_have_waited(analysis, members, count, hung_finder->latest)) return;
    struct gt_cause *cause = add_cause(hung_finder, GT_SUSPECT, members, count);
    cause->always = true;
    gt_distant_take_sides(&hung_finder->distant, analysis, members, count, cause);
    cause->title =
        gt_arena_format(analysis->storage, "%s; no server has answered, and no timeout ends it",
                        gt_hung_who(analysis, cause, ""));
    cause->doubt = "the servers may still answer, or close the connections";
    advise_part(analysis, cause, gt_distant_advice(analysis, members[0].item));
}

/* The clients of one type are one finding, with all goroutines that serve them. */
static void describe_clients(struct hung_finder *hung_finder, size_t type)
{
    const struct gt_vec *members = &hung_finder->unclosed.lost[type].members;

    if (!members->len) return;
    struct gt_cause *cause =
        add_cause(hung_finder, gt_client_is_likely(type) ? GT_LIKELY : GT_SUSPECT, members->data,
                  members->len);
    gt_unclosed_describe(&hung_finder->unclosed, hung_finder->analysis, type, cause);
}

static void describe_island(void *ctx, const struct gt_member *members, size_t count)
{
    struct hung_finder *hung_finder = ctx;
    struct gt_cause *cause = add_cause(hung_finder, GT_SUSPECT, members, count);

    gt_islands_describe(&hung_finder->islands, hung_finder->analysis, members, count, cause);
}

static void describe_waiters_for_tokens(struct hung_finder *hung_finder,
                                        const struct gt_member *members, size_t count,
                                        const struct gt_lost_tokens *lost)
{
    const struct gt_heap_analysis *analysis = hung_finder->analysis;
    struct gt_cause *cause = add_cause(hung_finder, GT_SUSPECT, members, count);

    if (!lost->library) advise_part(analysis, cause, lost->received ? "received" : "tokens");
    cause->always = true;
    cause->title = gt_arena_format(analysis->storage, "%s; %s", gt_hung_who(analysis, cause, ""),
                                   gt_lost_tokens_text(analysis, lost));
    cause->doubt =
        lost->received
            ? "a goroutine that starts later may send to the channel"
            : gt_arena_format(analysis->storage,
                              "a goroutine may have several %s, and give them back later",
                              lost->what);
}

static void describe_lingering(void *ctx, const struct gt_member *members, size_t count)
{
    struct hung_finder *hung_finder = ctx;
    const struct gt_map *clocks = &hung_finder->abandoned->clocks;
    struct gt_lost_tokens lost;

    if (gt_tokens_are_lost(hung_finder->analysis, clocks, members, count, &lost)) {
        describe_waiters_for_tokens(hung_finder, members, count, &lost);
        return;
    }
    if (!gt_lingers(hung_finder->analysis, members, count, hung_finder->latest)) return;
    struct gt_cause *cause = add_cause(hung_finder, GT_SUSPECT, members, count);
    cause->title = gt_arena_format(hung_finder->analysis->storage,
                                   "%s; more and more of them over the life of the process",
                                   gt_hung_who(hung_finder->analysis, cause, ""));
    cause->doubt = "others reach what they wait for, and may still end them";
}

static void describe_unanswered(void *ctx, const struct gt_member *members, size_t count)
{
    struct hung_finder *hung_finder = ctx;
    const struct gt_heap_analysis *analysis = hung_finder->analysis;
    struct gt_lost_tokens lost;

    if (count < GT_MANY_ALIKE ||
        gt_tokens_are_lost(analysis, &hung_finder->abandoned->clocks, members, count, &lost) ||
        gt_lingers(analysis, members, count, hung_finder->latest) ||
        gt_just_came(analysis, members, count, hung_finder->latest)) {
        describe_lingering(ctx, members, count);
        return;
    }
    struct gt_cause *cause = add_cause(hung_finder, GT_SUSPECT, members, count);

    cause->always = true;
    cause->title =
        gt_arena_format(analysis->storage, "%s; %s", gt_hung_who(analysis, cause, ""),
                        gt_unanswered_why(hung_finder->unanswered.needs[members[0].item]));
    cause->doubt = gt_unanswered_doubt(hung_finder->abandoned, members, count, hung_finder->latest);
}

/* A deadlock is always a finding. A lock that nobody holds is one only if many wait for it, or if
 * they keep much. */
static void describe_locked_out(void *ctx, const struct gt_member *members, size_t count)
{
    struct hung_finder *hung_finder = ctx;
    const struct gt_lock_role_texts *role = role_of(hung_finder, members);
    if (role->suspect && gt_just_came(hung_finder->analysis, members, count, hung_finder->latest))
        return;
    struct gt_cause *cause =
        add_cause(hung_finder, role->suspect ? GT_SUSPECT : GT_LIKELY, members, count);

    cause->always |= count >= GT_MANY_ALIKE;
    const char *title = gt_hung_who(hung_finder->analysis, cause, "");
    cause->title =
        role->title ? gt_arena_format(hung_finder->analysis->storage, "%s; %s", title, role->title)
                    : behind(hung_finder, members, title);
    cause->doubt = role->doubt;
}

/* Groups that were not judged are reported as such. */
static void describe_unjudged(const struct hung_finder *hung_finder)
{
    if (hung_finder->abandoned->unjudged)
        gt_process_lost(hung_finder->analysis->process, GT_OF_NAMES,
                        "%zu groups of goroutines that timers wake were not judged: whether they "
                        "were abandoned is not known",
                        hung_finder->abandoned->unjudged);
}

/* Goroutines that wait at one site may have come there by different calls. */
static void describe_sites(struct hung_finder *hung_finder, const bool *of,
                           gt_group_fn *describe_group)
{
    const struct gt_goroutines *all = hung_finder->analysis->goroutines;
    const char **sites = gt_calloc(all->count, sizeof *sites); /* by same_place */
    struct gt_groups groups;

    gt_groups_init(&groups);
    for (uint32_t i = 0; i < all->count; i++) {
        if (!of[i]) continue;
        const char **site = &sites[all->list[i].same_place];
        if (!*site) *site = gt_site_of(hung_finder->analysis, i);
        gt_groups_add(&groups, *site, all->list[i].stack_hi - all->list[i].stack_lo, i);
    }
    gt_groups_visit(&groups, describe_group, hung_finder);
    gt_groups_deinit(&groups);
    gt_free(sites);
}

static void describe_groups(struct hung_finder *hung_finder, const bool *of,
                            gt_group_fn *describe_group)
{
    const struct gt_goroutines *all = hung_finder->analysis->goroutines;
    struct gt_groups groups;

    gt_groups_init(&groups);
    for (uint32_t i = 0; i < all->count; i++)
        if (of[i])
            gt_groups_add_numbered(&groups,
                                   all->list[i].same_place * (uint64_t)GT_LOCK_ROLES +
                                       hung_finder->roles.of[i],
                                   all->list[i].stack_hi - all->list[i].stack_lo, i);
    gt_groups_visit(&groups, describe_group, hung_finder);
    gt_groups_deinit(&groups);
}

/* Up to Go 1.26 each call of iter.Pull is code of its own: coroutines are grouped by their site. */
static void describe_all_hanging(struct hung_finder *hung_finder, const bool *hangs)
{
    const struct gt_heap_analysis *analysis = hung_finder->analysis;
    uint32_t count = analysis->goroutines->count;
    bool *pulled = gt_calloc(count, sizeof *pulled), *others = gt_calloc(count, sizeof *others);

    for (uint32_t i = 0; i < count; i++) {
        pulled[i] = hangs[i] && analysis->baseline->wait[i].kind == GT_WAIT_CORO;
        others[i] = hangs[i] && !pulled[i];
    }
    describe_groups(hung_finder, others, describe_hanging);
    describe_sites(hung_finder, pulled, describe_hanging);
    gt_free(pulled);
    gt_free(others);
}

/* The other goroutines that block. */
static void describe_rest(struct hung_finder *hung_finder, const bool *hangs, const bool *abandoned)
{
    const struct gt_heap_analysis *analysis = hung_finder->analysis;
    uint32_t count = analysis->goroutines->count;
    bool *rest = gt_calloc(count, sizeof *rest), *locked_out = gt_calloc(count, sizeof *rest);
    bool *unanswered = gt_calloc(count, sizeof *rest);

    for (uint32_t i = 0; i < count; i++) {
        bool other = analysis->baseline->blocks[i] && !hangs[i] && !abandoned[i] &&
                     !hung_finder->distant.is[i] && !hung_finder->unclosed.is[i] &&
                     !hung_finder->islands.is[i] && !hung_finder->followers.leader[i] &&
                     !gt_backlog_of(&analysis->baseline->backlog, i) &&
                     analysis->goroutines->list[i].id != GT_MAIN_GOROUTINE;
        locked_out[i] = other && hung_finder->roles.of[i];
        unanswered[i] = other && !hung_finder->roles.of[i] && hung_finder->unanswered.needs[i];
        rest[i] = other && !hung_finder->roles.of[i] && !unanswered[i];
    }
    describe_groups(hung_finder, locked_out, describe_locked_out);
    describe_groups(hung_finder, unanswered, describe_unanswered);
    describe_groups(hung_finder, rest, describe_lingering);
    gt_free(locked_out);
    gt_free(unanswered);
    gt_free(rest);
}

void gt_detect_hung(struct gt_heap_analysis *analysis, struct gt_causes *causes)
{
    struct gt_abandoned abandoned;
    struct hung_finder hung_finder = {
        .analysis = analysis, .causes = causes, .abandoned = &abandoned};
    bool *hangs = gt_hanging_find(analysis);

    gt_abandoned_find(&abandoned, analysis, hangs);
    gt_unanswered_find(&hung_finder.unanswered, analysis, &abandoned);
    gt_distant_find(&hung_finder.distant, &abandoned);
    gt_lock_roles_find(&hung_finder.roles, analysis, hangs, hung_finder.unanswered.needs);
    hung_finder.latest = gt_latest_time(analysis->process, analysis->goroutines);
    describe_servers(&hung_finder, hangs, abandoned.is);
    describe_all_hanging(&hung_finder, hangs);
    gt_followers_find(&hung_finder.followers, &abandoned);
    describe_sites(&hung_finder, abandoned.is, describe_abandoned);
    describe_sites(&hung_finder, hung_finder.distant.is, describe_distant);
    gt_islands_find(&hung_finder.islands, &abandoned);
    gt_islands_visit(&hung_finder.islands, analysis, describe_island, &hung_finder);
    gt_unclosed_find(&hung_finder.unclosed, analysis, hangs, abandoned.is);
    for (size_t i = 0; i < GT_CLIENT_TYPES; i++)
        describe_clients(&hung_finder, i);
    describe_rest(&hung_finder, hangs, abandoned.is);
    describe_unjudged(&hung_finder);
    gt_islands_deinit(&hung_finder.islands);
    gt_unclosed_deinit(&hung_finder.unclosed);
    gt_followers_deinit(&hung_finder.followers);
    gt_distant_deinit(&hung_finder.distant);
    gt_unanswered_deinit(&hung_finder.unanswered);
    gt_abandoned_deinit(&abandoned);
    gt_lock_roles_deinit(&hung_finder.roles);
    gt_free(hangs);
}

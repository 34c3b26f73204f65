/*
 * Substrings and subslices: blocks of which every live string and slice together use less than
 * half. Bytes outside every cap cannot be reached again (proven); bytes between a len and a cap can
 * (id = buf[:16] is the commonest leak of all, and a reused buffer looks the same: suspect).
 */
#include "inspector/detect/describe/advice.h"
#include "inspector/detect/describe/group.h"
#include "inspector/detect/describe/places.h"
#include "inspector/detect/detectors/detector.h"
#include "inspector/detect/windows/main_holders.h"
#include "inspector/detect/windows/set_aside.h"
#include "inspector/detect/windows/stale.h"
#include "inspector/detect/windows/windows.h"

enum { MAX_WINDOWS = 8 }; /* told of one instance */

struct wasting {
    struct gt_study *study;
    struct gt_causes *causes;
    struct gt_keys keys;
    const struct gt_windows *windows;
    struct gt_groups groups;
};

/* What a finding about the block may count: 0 when it is none. */
static uint64_t cost_of(const struct gt_windowed *block, bool *proven)
{
    *proven = block->wasted * 2 >= block->size;
    if (*proven) return block->wasted;
    uint64_t both = block->wasted + block->spare;
    return both * 2 >= block->size ? both : 0;
}

static void consider(struct wasting *wasting, uint32_t number)
{
    const struct gt_windowed *block = gt_vec_at(&wasting->windows->blocks, number);
    const struct gt_view *view = gt_window_main(wasting->windows, block);
    bool proven;
    uint64_t cost = cost_of(block, &proven);

    if (!block->wastes || !cost) return;
    const char *reason = proven ? NULL : gt_set_aside_reason(wasting->study, view);
    if (reason) {
        gt_set_aside_add(wasting->study, number, reason);
        return;
    }
    const char *key = gt_arena_format(wasting->study->storage, "%c%c%c%s", proven ? 'p' : 's',
                                      block->inferred ? 'i' : 'k', block->strings ? 't' : 'l',
                                      gt_key_of(&wasting->keys, &view->holder));
    gt_groups_add(&wasting->groups, key, cost, number);
}

static const struct gt_windowed *block_of(const struct wasting *wasting,
                                          const struct gt_member *member)
{
    return gt_vec_at(&wasting->windows->blocks, member->item);
}

static void tell(const struct wasting *wasting, const struct gt_windowed *block,
                 struct gt_instance *instance)
{
    const struct gt_study *study = wasting->study;

    instance->windowed.block = gt_block_of(study, block->block);
    instance->windowed.windows = gt_windows_tell(study, wasting->windows, block, MAX_WINDOWS,
                                                 &instance->windowed.window_count);
    instance->windowed.wasted_bytes = block->wasted;
    instance->windowed.spare_bytes = block->spare;
    instance->windowed.allocated_at = gt_places_allocated(study, block->block);
}

/* Spare capacity that a pool keeps is set aside, whoever owns it meanwhile. */
static bool set_aside(struct wasting *wasting, const struct gt_path *path,
                      const struct gt_member *members, size_t count)
{
    const char *reason = gt_set_aside_by_path(path);

    for (size_t i = 0; reason && i < count; i++)
        gt_set_aside_add(wasting->study, members[i].item, reason);
    return reason != NULL;
}

static void make_cause(void *ctx, const struct gt_member *members, size_t count)
{
    struct wasting *wasting = ctx;
    struct gt_study *study = wasting->study;
    const struct gt_windowed *largest = block_of(wasting, &members[0]);
    const struct gt_view *view = gt_window_main(wasting->windows, largest);
    struct gt_path path = gt_path_to(&wasting->keys, &view->holder);
    bool proven = members[0].key[0] == 'p';

    if (!proven && set_aside(wasting, &path, members, count)) return;
    enum gt_confidence sure = !proven                                  ? GT_SUSPECT
                              : largest->elements || largest->inferred ? GT_LIKELY
                                                                       : GT_PROVEN;
    struct gt_cause *cause =
        gt_causes_add(wasting->causes, largest->strings ? GT_SUBSTRING : GT_SUBSLICE, sure);
    struct gt_stale stale = {0};

    gt_cause_count(cause, study, count);
    for (size_t i = 0; i < count; i++) {
        const struct gt_windowed *block = block_of(wasting, &members[i]);
        if (i < cause->instance_count) tell(wasting, block, &cause->instances[i]);
        gt_cause_take_part(cause, block->block, members[i].weight);
        gt_stale_add(&stale, study, block);
    }
    cause->confidence = gt_stale_confidence(&stale, sure);
    cause->doubt = gt_stale_doubt(study, &stale);
    cause->path = path;
    const char *others = gt_main_holders_others(&wasting->keys, wasting->windows, largest);
    cause->title = gt_arena_format(study->storage, "%s block%s kept alive by small %s%s%s",
                                   gt_study_count(study, count), count == 1 ? "" : "s",
                                   largest->strings ? "substrings" : "subslices",
                                   others ? ", also held by " : "", others ? others : "");
    struct gt_advice_facts facts = {.kind = cause->kind,
                                    .reason = proven ? "outside" : "spare",
                                    .stack = cause->instances[0].windowed.allocated_at,
                                    .name = gt_holder_name(&wasting->keys, &view->holder)};
    cause->advice = gt_advice_text(study, &facts);
}

void gt_detect_windows(struct gt_study *study, struct gt_causes *causes)
{
    struct wasting wasting = {.study = study, .causes = causes};

    gt_keys_init(&wasting.keys, study);
    gt_groups_init(&wasting.groups);
    wasting.windows = gt_windows_of(study);
    for (size_t i = 0; i < wasting.windows->blocks.len; i++)
        consider(&wasting, (uint32_t)i);
    gt_groups_visit(&wasting.groups, make_cause, &wasting);
    gt_groups_deinit(&wasting.groups);
    gt_keys_deinit(&wasting.keys);
}

/* The report's goroutines, grouped by status, wait reason, stack and origin. */
#include "inspector/detect/model/fill_goroutines.h"

#include "inspector/base/hash.h"
#include "inspector/detect/describe/locations.h"
#include "inspector/detect/model/fill_ancestors.h"
#include "inspector/detect/model/fill_arguments.h"
#include "inspector/detect/model/fill_labels.h"
#include "inspector/runtime/waits/waits.h"

#include <stdlib.h>

struct grouper {
    const struct gt_source_process *source;
    struct gt_report *report;
    struct gt_vec groups; /* struct gt_goroutine_group */
    uint64_t latest;
    bool arguments, by_labels; /* options: show arguments, group by labels */
    struct gt_label_source labels;
    struct gt_location_cache locations;
    struct gt_strmap keys; /* keys of the goroutines that have labels or ancestors */
};

static const struct gt_goroutine *goroutine(const struct grouper *grouper, uint32_t number)
{
    return &grouper->source->goroutines->list[number];
}

static void count_members(const struct grouper *grouper, const struct gt_member *members,
                          size_t count, struct gt_goroutine_group *group)
{
    uint64_t *ids = gt_arena_alloc(grouper->report->storage, count * sizeof *ids);
    int64_t *waits = gt_arena_alloc(grouper->report->storage, count * sizeof *waits);
    uint64_t *parents = gt_arena_alloc(grouper->report->storage, count * sizeof *parents);

    group->wait_ns_max = GT_UNKNOWN;
    for (size_t i = 0; i < count; i++) {
        const struct gt_goroutine *g = goroutine(grouper, members[i].item);
        int64_t waited = gt_wait_ns(g, grouper->latest);
        ids[i] = g->id;
        waits[i] = waited;
        parents[i] = g->parent_id;
        group->stack_bytes += g->stack_hi - g->stack_lo;
        if (waited > group->wait_ns_max) group->wait_ns_max = waited;
    }
    group->ids = ids;
    group->waits_ns = waits;
    group->parents = parents;
    group->count = group->id_count = count;
}

static const char *keep(struct gt_arena *storage, const char *text)
{
    return text ? gt_arena_strndup(storage, text, strlen(text)) : NULL;
}

static void make_group(void *ctx, const struct gt_member *members, size_t count)
{
    struct grouper *grouper = ctx;
    struct gt_process *process = grouper->source->process;
    struct gt_arena *storage = grouper->report->storage;
    const struct gt_goroutine *g = goroutine(grouper, members[0].item);
    struct gt_goroutine_group *group = gt_vec_push(&grouper->groups);

    count_members(grouper, members, count, group);
    group->status = gt_g_status(g);
    group->wait_reason = keep(storage, g->wait_reason);
    group->go_wait_reason = keep(storage, g->go_wait_reason);
    group->stack =
        gt_locations_of_many(&grouper->locations, process, grouper->source->goroutines, g, storage);
    group->created_by = gt_location_created(process, g, storage);
    group->created_in = gt_location_created_in(process, g, storage);
    gt_fill_ancestors(grouper->source, members, count, storage, group);
    group->locked = g->locked;
    group->bubble = g->bubble;
    if (grouper->arguments) gt_fill_arguments(grouper->source, members, count, storage, group);
    gt_fill_labels(&grouper->labels, grouper->source->goroutines, members, count, storage, group);
    group->retained_bytes = group->retained_objects = GT_UNKNOWN;
    group->system = g->system;
}

/* Goroutines of the program come before those of the runtime, large groups before small ones. */
static int by_count(const void *a, const void *b)
{
    const struct gt_goroutine_group *left = a, *right = b;

    if (left->system != right->system) return left->system ? 1 : -1;
    if (left->count != right->count) return left->count > right->count ? -1 : 1;
    return left->ids[0] < right->ids[0] ? -1 : left->ids[0] > right->ids[0];
}

/* The number of the group key beyond place and state. Few goroutines have any part of it. */
static uint64_t group_number(struct grouper *grouper, const struct gt_goroutine *g,
                             struct gt_str *key)
{
    bool added;

    key->len = 0;
    gt_add_ancestors_key(grouper->source, g, key);
    if (grouper->by_labels) gt_add_labels_key(&grouper->labels, g, key);
    if (!key->len) return g->same_place;
    gt_str_format(key, ";%u", g->same_place);
    uint64_t *number = gt_strmap_put(&grouper->keys, key->text, &added);
    if (added) *number = grouper->source->goroutines->count + grouper->keys.len;
    return *number;
}

/* Members are ordered by weight, so the ids of a group ascend. */
static void add_members(struct grouper *grouper, struct gt_groups *groups)
{
    struct gt_str key = {0};

    for (uint32_t i = 0; i < grouper->source->goroutines->count; i++) {
        const struct gt_goroutine *g = goroutine(grouper, i);
        gt_groups_add_numbered(groups, group_number(grouper, g, &key), UINT64_MAX - g->id, i);
    }
    gt_str_deinit(&key);
    gt_strmap_deinit(&grouper->keys);
}

static void fill_groups(struct grouper *grouper)
{
    struct gt_groups groups;
    size_t size;

    gt_groups_init(&groups);
    add_members(grouper, &groups);
    gt_groups_visit(&groups, make_group, grouper);
    gt_groups_deinit(&groups);
    size = grouper->groups.len * sizeof(struct gt_goroutine_group);
    struct gt_goroutine_group *kept = gt_arena_alloc(grouper->report->storage, size);
    if (size) {
        qsort(grouper->groups.data, grouper->groups.len, sizeof *kept, by_count);
        memcpy(kept, grouper->groups.data, size);
    }
    grouper->report->goroutines.groups = kept;
    grouper->report->goroutines.group_count = grouper->groups.len;
}

static void fill_statuses(const struct grouper *grouper)
{
    struct gt_report *report = grouper->report;
    struct gt_status_count *rows = gt_arena_alloc(report->storage, GT_STATUSES * sizeof *rows);
    uint64_t counts[GT_STATUSES] = {0};

    for (uint32_t i = 0; i < grouper->source->goroutines->count; i++) {
        const struct gt_goroutine *g = goroutine(grouper, i);
        counts[gt_g_status(g)]++;
        report->goroutines.system += g->system;
        report->goroutines.total++;
    }
    for (unsigned i = 0; i < GT_STATUSES; i++)
        if (counts[i])
            rows[report->goroutines.status_count++] =
                (struct gt_status_count){(enum gt_goroutine_status)i, counts[i]};
    report->goroutines.by_status = rows;
}

void gt_fill_goroutines(const struct gt_source_process *source,
                        const struct gt_report_options *options, struct gt_report *report)
{
    struct grouper grouper = {.source = source,
                              .report = report,
                              .arguments = options && options->arguments,
                              .by_labels = options && options->by_labels,
                              .groups = GT_VEC_OF(struct gt_goroutine_group)};

    gt_label_source_init(&grouper.labels, source->process);
    grouper.latest = gt_latest_time(source->process, source->goroutines);
    fill_groups(&grouper);
    fill_statuses(&grouper);
    gt_location_cache_deinit(&grouper.locations);
    gt_vec_deinit(&grouper.groups);
}

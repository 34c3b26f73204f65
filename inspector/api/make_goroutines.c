/* The report's goroutines: alike ones grouped, by status, wait reason, stack and origin. */
#include "inspector/api/analysis.h"
#include "inspector/api/make_ancestors.h"
#include "inspector/api/make_arguments.h"
#include "inspector/api/make_labels.h"
#include "inspector/base/hash.h"
#include "inspector/base/options.h"
#include "inspector/detect/describe/places.h"

#include <stdlib.h>

struct grouping {
    const struct gt_analysis *analysis;
    struct gt_report *report;
    struct gt_vec groups; /* struct gt_goroutine_group */
    uint64_t latest;
    bool arguments, by_labels; /* wanted */
    struct gt_label_source labels;
    struct gt_strmap keys; /* of the goroutines that have more in common than their place */
};

static const struct gt_goroutine *goroutine(const struct grouping *grouping, uint32_t number)
{
    return &grouping->analysis->goroutines->list[number];
}

static void count_members(const struct grouping *grouping, const struct gt_member *members,
                          size_t count, struct gt_goroutine_group *group)
{
    uint64_t *ids = gt_arena_alloc(grouping->report->storage, count * sizeof *ids);
    int64_t *waits = gt_arena_alloc(grouping->report->storage, count * sizeof *waits);
    uint64_t *parents = gt_arena_alloc(grouping->report->storage, count * sizeof *parents);

    group->wait_ns_max = GT_UNKNOWN;
    for (size_t i = 0; i < count; i++) {
        const struct gt_goroutine *g = goroutine(grouping, members[i].item);
        int64_t waited = gt_wait_ns(g, grouping->latest);
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

static void make_group(void *ctx, const struct gt_member *members, size_t count)
{
    struct grouping *grouping = ctx;
    struct gt_process *process = grouping->analysis->process;
    struct gt_arena *storage = grouping->report->storage;
    const struct gt_goroutine *g = goroutine(grouping, members[0].item);
    struct gt_goroutine_group *group = gt_vec_push(&grouping->groups);

    count_members(grouping, members, count, group);
    group->status = gt_g_status_name(g->status);
    group->wait_reason =
        g->wait_reason ? gt_arena_strndup(storage, g->wait_reason, strlen(g->wait_reason)) : NULL;
    group->stack = gt_places_of(process, grouping->analysis->goroutines, g, storage);
    group->created_by = gt_place_created(process, g, storage);
    group->created_in = gt_place_created_in(process, g, storage);
    gt_fill_ancestors(grouping->analysis, members, count, storage, group);
    group->locked = g->locked;
    group->bubble = g->bubble;
    if (grouping->arguments) gt_fill_arguments(grouping->analysis, members, count, storage, group);
    gt_fill_labels(&grouping->labels, grouping->analysis->goroutines, members, count, storage,
                   group);
    group->retained_bytes = group->retained_objects = GT_UNKNOWN;
    group->system = g->system;
}

/* Users' goroutines before the runtime's, large groups before small. */
static int by_count(const void *a, const void *b)
{
    const struct gt_goroutine_group *left = a, *right = b;

    if (left->system != right->system) return left->system ? 1 : -1;
    if (left->count != right->count) return left->count > right->count ? -1 : 1;
    return left->ids[0] < right->ids[0] ? -1 : left->ids[0] > right->ids[0];
}

/* What goroutines of one group have in common beyond where they stand: few have any of it. */
static uint64_t group_number(struct grouping *grouping, const struct gt_goroutine *g,
                             struct gt_str *key)
{
    bool added;

    key->len = 0;
    gt_add_ancestors_key(grouping->analysis, g, key);
    if (grouping->by_labels) gt_add_labels_key(&grouping->labels, g, key);
    if (!key->len) return g->alike;
    gt_str_format(key, ";%u", g->alike);
    uint64_t *number = gt_strmap_put(&grouping->keys, key->text, &added);
    if (added) *number = grouping->analysis->goroutines->count + grouping->keys.len;
    return *number;
}

/* Members are ordered by weight, so that ids of a group ascend. */
static void add_members(struct grouping *grouping, struct gt_groups *groups)
{
    struct gt_str key = {0};

    for (uint32_t i = 0; i < grouping->analysis->goroutines->count; i++) {
        const struct gt_goroutine *g = goroutine(grouping, i);
        gt_groups_add_numbered(groups, group_number(grouping, g, &key), UINT64_MAX - g->id, i);
    }
    gt_str_free(&key);
    gt_strmap_free(&grouping->keys);
}

static void fill_groups(struct grouping *grouping)
{
    struct gt_groups groups;
    size_t size;

    gt_groups_init(&groups);
    add_members(grouping, &groups);
    gt_groups_visit(&groups, make_group, grouping);
    gt_groups_deinit(&groups);
    size = grouping->groups.len * sizeof(struct gt_goroutine_group);
    struct gt_goroutine_group *kept = gt_arena_alloc(grouping->report->storage, size);
    if (size) {
        qsort(grouping->groups.data, grouping->groups.len, sizeof *kept, by_count);
        memcpy(kept, grouping->groups.data, size);
    }
    grouping->report->goroutines.groups = kept;
    grouping->report->goroutines.group_count = grouping->groups.len;
}

static void fill_statuses(const struct grouping *grouping)
{
    enum { STATUSES = GT_G_DEADEXTRA + 1 };
    struct gt_report *report = grouping->report;
    struct gt_count *statuses = gt_arena_alloc(report->storage, STATUSES * sizeof *statuses);
    uint64_t counts[STATUSES] = {0};

    for (uint32_t i = 0; i < grouping->analysis->goroutines->count; i++) {
        const struct gt_goroutine *g = goroutine(grouping, i);
        if (g->status < STATUSES) counts[g->status]++;
        report->goroutines.system += g->system;
        report->goroutines.total++;
    }
    for (unsigned i = 0; i < STATUSES; i++)
        if (counts[i])
            statuses[report->goroutines.status_count++] =
                (struct gt_count){gt_g_status_name((uint8_t)i), counts[i]};
    report->goroutines.by_status = statuses;
}

void gt_fill_goroutines(const struct gt_analysis *analysis, const struct gt_report_options *options,
                        struct gt_report *report)
{
    struct grouping grouping = {.analysis = analysis,
                                .report = report,
                                .arguments = options && options->arguments,
                                .by_labels = options && options->by_labels,
                                .groups = GT_VEC_OF(struct gt_goroutine_group)};

    gt_label_source_init(&grouping.labels, analysis->process);
    grouping.latest = gt_latest_time(analysis->process, analysis->goroutines);
    fill_groups(&grouping);
    fill_statuses(&grouping);
    gt_vec_free(&grouping.groups);
}

static void fill_retained(struct gt_analysis *analysis, struct gt_report *report)
{
    struct gt_study study;

    gt_study_begin_untyped(&study, analysis, report->storage);
    gt_analysis_stage(analysis, "weighing goroutines");
    gt_fill_retained(&study, report);
    gt_study_end(&study);
}

struct making {
    struct gt_analysis *analysis;
    struct gt_report_options options;
    struct gt_report *report;
};

static struct gt_error *make(void *args)
{
    struct making *making = args;
    struct gt_analysis *analysis = making->analysis;
    const struct gt_report_options *options = &making->options;
    struct gt_error *error = options->retained ? gt_analysis_heap(analysis) : NULL;

    if (error) return error;
    making->report = gt_report_new();
    gt_fill_process(analysis, making->report);
    gt_fill_goroutines(analysis, options, making->report);
    gt_fill_crash(analysis, options->show_data, making->report);
    if (options->retained) fill_retained(analysis, making->report);
    gt_fill_notes(analysis, making->report);
    return NULL;
}

struct gt_error *gt_goroutines_make(struct gt_analysis *analysis,
                                    const struct gt_report_options *options,
                                    struct gt_report **report)
{
    struct making making = {.analysis = analysis};
    struct gt_error *error = gt_options_take(&making.options, sizeof making.options, options);

    if (!error) error = gt_analysis_run(analysis, report, make, &making);
    if (!error) *report = gt_report_keep(making.report);
    return error;
}

/* The end of the wait reason tells the kind of wait. What it waits for is read from the poll
 * descriptor, from the sleep's timer, or from the waits in the bubble. */
#include "inspector/detect/waiting/outside.h"

#include "inspector/detect/describe/group.h"
#include "inspector/detect/describe/locations.h"
#include "inspector/detect/retention/baseline.h"
#include "inspector/detect/waiting/blocking.h"

#include <stdlib.h>

/* The first row whose name is the end of the wait reason. */
static const struct row {
    const char *reason;
    enum gt_outside_kind kind;
} rows[] = {
    {"IO wait", GT_OUTSIDE_IO},          {"sleep", GT_OUTSIDE_SLEEP},
    {" (durable)", GT_OUTSIDE_BUBBLE},   {" (synctest)", GT_OUTSIDE_BUBBLE},
    {"synctest.Run", GT_OUTSIDE_BUBBLE}, {"synctest.Wait", GT_OUTSIDE_BUBBLE},
};

struct describer {
    struct gt_heap_analysis *analysis;
    struct gt_groups groups;
    struct gt_vec outside; /* struct gt_outside_group */
    uint64_t latest;
};

static enum gt_outside_kind kind_of(const struct gt_goroutine *g)
{
    if (!g->wait_reason || g->system) return GT_OUTSIDE_NONE;
    size_t length = strlen(g->wait_reason);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t row = strlen(rows[i].reason);
        if (length >= row && strcmp(g->wait_reason + length - row, rows[i].reason) == 0)
            return rows[i].kind;
    }
    return GT_OUTSIDE_NONE;
}

bool gt_waits_outside(const struct gt_goroutine *g)
{
    return kind_of(g) != GT_OUTSIDE_NONE;
}

static void describe_io(const struct describer *describer, const struct gt_goroutine *g,
                        struct gt_outside_wait *wait)
{
    const struct gt_process *process = describer->analysis->process;
    struct gt_poll poll = gt_parked_on_poll(process, g);
    uint64_t fd;

    if (!poll.address) return;
    wait->poll = poll.address;
    wait->action = poll.writes ? GT_ACTION_WRITE : GT_ACTION_READ;
    if (gt_process_field(process, poll.address, GT_F_pollDesc_fd, &fd) && fd <= INT32_MAX)
        wait->fd = (int64_t)fd;
}

/* The bubble's address; 0 when the goroutine is in none. */
static uint64_t bubble_of(const struct describer *describer, const struct gt_goroutine *g)
{
    uint64_t bubble;

    return gt_process_field(describer->analysis->process, g->address, GT_F_g_bubble, &bubble)
               ? bubble
               : 0;
}

/* In a bubble, the bubble's own clock has the time. */
static void describe_sleep(const struct describer *describer, const struct gt_goroutine *g,
                           struct gt_outside_wait *wait)
{
    const struct gt_process *process = describer->analysis->process;
    uint64_t now = describer->latest, bubble = bubble_of(describer, g);

    if (bubble && !gt_process_field(process, bubble, GT_F_bubble_now, &now)) return;
    wait->due_in_ns = gt_sleep_due(process, g, now);
}

static void describe_durable(const struct describer *describer, uint32_t number,
                             struct gt_outside_wait *out)
{
    struct gt_heap_analysis *analysis = describer->analysis;
    struct gt_wait wait;

    if (!gt_waits_find_durable(&analysis->baseline->waits, &analysis->goroutines->list[number],
                               &wait))
        return;
    out->blocked = gt_blocking_describe_wait(analysis, number, &wait, &out->blocked_count);
}

static void describe_wait(const struct describer *describer, uint32_t number,
                          enum gt_outside_kind kind, struct gt_outside_wait *wait)
{
    const struct gt_goroutine *g = &describer->analysis->goroutines->list[number];

    *wait = (struct gt_outside_wait){.goroutine = g->id,
                                     .wait_ns = gt_wait_ns(g, describer->latest),
                                     .fd = GT_UNKNOWN,
                                     .due_in_ns = GT_UNKNOWN,
                                     .in_bubble = bubble_of(describer, g) != 0};
    if (kind == GT_OUTSIDE_IO) describe_io(describer, g, wait);
    if (kind == GT_OUTSIDE_SLEEP) describe_sleep(describer, g, wait);
    if (kind == GT_OUTSIDE_BUBBLE) describe_durable(describer, number, wait);
}

static void describe_group(void *ctx, const struct gt_member *members, size_t count)
{
    struct describer *describer = ctx;
    const struct gt_heap_analysis *analysis = describer->analysis;
    const struct gt_goroutine *g = &analysis->goroutines->list[members[0].item];
    struct gt_outside_group *group = gt_vec_push(&describer->outside);
    struct gt_outside_wait *waits = gt_arena_alloc(analysis->storage, count * sizeof *waits);

    group->kind = kind_of(g);
    group->wait_reason = gt_heap_analysis_keep(analysis, g->wait_reason);
    group->bubble = g->bubble;
    for (size_t i = 0; i < count; i++)
        describe_wait(describer, members[i].item, group->kind, &waits[i]);
    group->waits = waits;
    group->wait_count = count;
    group->stack = gt_locations_of(analysis->process, analysis->goroutines, g, analysis->storage);
    group->created_by = gt_location_created(analysis->process, g, analysis->storage);
}

/* Larger groups come first, then older ones. */
static int by_size(const void *a, const void *b)
{
    const struct gt_outside_group *left = a, *right = b;

    if (left->wait_count != right->wait_count) return left->wait_count > right->wait_count ? -1 : 1;
    uint64_t l = left->waits[0].goroutine, r = right->waits[0].goroutine;
    return l < r ? -1 : l > r;
}

static void keep(struct describer *describer, struct gt_wait_graph *graph)
{
    size_t size = describer->outside.len * sizeof(struct gt_outside_group);
    struct gt_outside_group *kept = gt_arena_alloc(describer->analysis->storage, size);

    if (size) memcpy(kept, describer->outside.data, size);
    qsort(kept, describer->outside.len, sizeof *kept, by_size);
    graph->outside = kept;
    graph->outside_count = describer->outside.len;
    gt_vec_deinit(&describer->outside);
}

void gt_outside_fill(struct gt_heap_analysis *analysis, uint64_t goroutine,
                     struct gt_wait_graph *graph)
{
    struct describer describer = {.analysis = analysis,
                                  .outside = GT_VEC_OF(struct gt_outside_group),
                                  .latest =
                                      gt_latest_time(analysis->process, analysis->goroutines)};

    gt_groups_init(&describer.groups);
    for (uint32_t i = 0; i < analysis->goroutines->count; i++) {
        const struct gt_goroutine *g = &analysis->goroutines->list[i];
        if (kind_of(g) && (!goroutine || g->id == goroutine))
            gt_groups_add_numbered(&describer.groups, g->same_place, UINT64_MAX - g->id, i);
    }
    gt_groups_visit(&describer.groups, describe_group, &describer);
    gt_groups_deinit(&describer.groups);
    keep(&describer, graph);
}

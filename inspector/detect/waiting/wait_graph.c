/* First finds the goroutines that hang, then the deadlocks. Goroutines with one stack and one
 * outlook are a group, which is described by its first member. */
#include "inspector/detect/waiting/wait_graph.h"

#include "inspector/base/alloc.h"
#include "inspector/detect/describe/group.h"
#include "inspector/detect/describe/label_texts.h"
#include "inspector/detect/describe/locations.h"
#include "inspector/detect/hanging/hanging.h"
#include "inspector/detect/waiting/blocking.h"
#include "inspector/detect/waiting/circles.h"
#include "inspector/detect/waiting/group_wakers.h"
#include "inspector/detect/waiting/lock_states.h"
#include "inspector/detect/waiting/outside.h"

#include <stdlib.h>

enum {
    OUTLOOKS = GT_DEADLOCKED + 1,
    MAIN_GOROUTINE = 1,
    MAX_OWNERS = 8, /* owners shown for one group */
};

struct graph_builder {
    struct gt_heap_analysis *analysis;
    struct gt_wakers wakers;
    struct gt_deadlocks deadlocks;
    struct gt_groups groups;
    struct gt_vec waiting; /* struct gt_waiting */
    struct gt_location_cache locations;
    bool *hangs; /* by goroutine */
    uint64_t latest, only;
};

static const struct gt_goroutine *goroutine(const struct graph_builder *graph_builder,
                                            uint32_t number)
{
    return &graph_builder->analysis->goroutines->list[number];
}

/* Does it wait for something that another goroutine could provide? */
static bool depends(const struct graph_builder *graph_builder, uint32_t number)
{
    return !goroutine(graph_builder, number)->system &&
           graph_builder->analysis->baseline->wait[number].kind != GT_WAIT_OTHER;
}

static void *keep(const struct graph_builder *graph_builder, struct gt_vec *vec, size_t size)
{
    void *kept = gt_arena_alloc(graph_builder->analysis->storage, vec->len * size);

    if (vec->len) memcpy(kept, vec->data, vec->len * size);
    gt_vec_deinit(vec);
    return kept;
}

/* ---- waiting goroutines ---------------------------------------------------------------------- */

/* The main goroutine waits on purpose if no other goroutine reaches what it waits for. */
static enum gt_outlook outlook_of(const struct graph_builder *graph_builder, uint32_t number)
{
    const struct gt_wait_class *class = gt_class_of(&graph_builder->deadlocks, number);

    if (graph_builder->hangs[number]) return GT_HANGS;
    if (!graph_builder->deadlocks.stuck[number]) return GT_MAY_GO_ON;
    bool alone = !class || !class->count;
    return alone && goroutine(graph_builder, number)->id == MAIN_GOROUTINE ? GT_MAIN_WAITS
                                                                           : GT_DEADLOCKED;
}

static void describe_holders(const struct graph_builder *graph_builder, uint32_t number,
                             struct gt_waiting *waiting)
{
    const struct gt_wait_class *class = gt_class_of(&graph_builder->deadlocks, number);
    struct gt_lock_owner *owners =
        gt_arena_alloc(graph_builder->analysis->storage, MAX_OWNERS * sizeof *owners);

    waiting->owners = owners;
    for (size_t i = 0; class && i < class->count; i++) {
        const struct gt_need_of *need =
            gt_vec_at(&graph_builder->deadlocks.needed, class->first + i);
        if (!need->holds) return;
        waiting->more_owners = i >= MAX_OWNERS;
        if (waiting->more_owners) return;
        owners[waiting->owner_count++] =
            gt_lock_owner_describe(graph_builder->analysis, &need->ownership);
    }
}

static void describe_members(const struct graph_builder *graph_builder,
                             const struct gt_member *members, size_t count,
                             struct gt_waiting *waiting)
{
    uint64_t *ids = gt_arena_alloc(graph_builder->analysis->storage, count * sizeof *ids);

    waiting->wait_ns = GT_UNKNOWN;
    for (size_t i = 0; i < count; i++) {
        const struct gt_goroutine *g = goroutine(graph_builder, members[i].item);
        int64_t waited = gt_wait_ns(g, graph_builder->latest);
        ids[i] = g->id;
        if (waited > waiting->wait_ns) waiting->wait_ns = waited;
    }
    waiting->ids = ids;
    waiting->id_count = count;
    waiting->same_thing = true;
    for (size_t i = 1; i < count; i++)
        waiting->same_thing &= graph_builder->deadlocks.class_of[members[i].item] ==
                               graph_builder->deadlocks.class_of[members[0].item];
}

static void describe_waiting(void *ctx, const struct gt_member *members, size_t count)
{
    struct graph_builder *graph_builder = ctx;
    const struct gt_heap_analysis *analysis = graph_builder->analysis;
    uint32_t number = members[0].item;
    const struct gt_goroutine *g = goroutine(graph_builder, number);
    struct gt_waiting *waiting = gt_vec_push(&graph_builder->waiting);

    describe_members(graph_builder, members, count, waiting);
    waiting->goroutine = g->id;
    waiting->wait_reason = gt_heap_analysis_keep(analysis, g->wait_reason);
    waiting->outlook = outlook_of(graph_builder, number);
    waiting->blocked = gt_blocking_describe(analysis, number, &waiting->blocked_count);
    waiting->parent = g->parent_id;
    waiting->labels =
        gt_labels_describe(analysis->process, g, analysis->storage, &waiting->label_count);
    waiting->stack = gt_locations_of_many(&graph_builder->locations, analysis->process,
                                          analysis->goroutines, g, analysis->storage);
    waiting->created_by = gt_location_created(analysis->process, g, analysis->storage);
    describe_holders(graph_builder, number, waiting);
    waiting->lock_state =
        gt_lock_state_of(&graph_builder->deadlocks.owners, &graph_builder->wakers, number);
    gt_wakers_describe(&graph_builder->wakers, graph_builder->hangs, members, count, waiting);
}

/* Goroutines with the same stack and the same outlook are one group. */
static void add_waiting(struct graph_builder *graph_builder, uint32_t number)
{
    const struct gt_goroutine *g = goroutine(graph_builder, number);

    if (graph_builder->only && g->id != graph_builder->only) return;
    gt_groups_add_numbered(&graph_builder->groups,
                           OUTLOOKS * (uint64_t)g->same_place + outlook_of(graph_builder, number),
                           UINT64_MAX - g->id, number);
}

/* Order: hanging groups, then deadlocked ones, then larger ones, then older ones. */
static int by_interest(const void *a, const void *b)
{
    const struct gt_waiting *left = a, *right = b;
    static const uint8_t rank[] = {
        [GT_HANGS] = 0, [GT_DEADLOCKED] = 1, [GT_MAY_GO_ON] = 2, [GT_MAIN_WAITS] = 2};

    if (rank[left->outlook] != rank[right->outlook])
        return rank[left->outlook] < rank[right->outlook] ? -1 : 1;
    if (left->id_count != right->id_count) return left->id_count > right->id_count ? -1 : 1;
    return left->goroutine < right->goroutine ? -1 : left->goroutine > right->goroutine;
}

/* ---- the graph ----------------------------------------------------------------------------- */

/* A goroutine that is blocked on something that the core does not show counts as blocked too. */
static bool is_blocked(const struct graph_builder *graph_builder, uint32_t number)
{
    const struct gt_goroutine *g = goroutine(graph_builder, number);

    return !g->system && g->wait_reason && !gt_waits_outside(g);
}

static void count_all(const struct graph_builder *graph_builder, struct gt_wait_graph *graph)
{
    for (uint32_t i = 0; i < graph_builder->analysis->goroutines->count; i++) {
        bool deadlocked =
            depends(graph_builder, i) && outlook_of(graph_builder, i) == GT_DEADLOCKED;
        graph->hanging += graph_builder->hangs[i];
        graph->others += !goroutine(graph_builder, i)->system && !depends(graph_builder, i);
        graph->deadlocked += deadlocked;
        graph->blocked += is_blocked(graph_builder, i) && !graph_builder->hangs[i] && !deadlocked;
    }
    graph->locks_left = gt_locks_left(&graph_builder->deadlocks.owners);
}

static void begin(struct graph_builder *graph_builder)
{
    struct gt_heap_analysis *analysis = graph_builder->analysis;

    graph_builder->latest = gt_latest_time(analysis->process, analysis->goroutines);
    graph_builder->waiting = GT_VEC_OF(struct gt_waiting);
    graph_builder->hangs = gt_hanging_find(analysis);
    gt_wakers_init(&graph_builder->wakers, analysis);
    gt_deadlocks_init(&graph_builder->deadlocks, analysis, &graph_builder->wakers,
                      graph_builder->hangs);
    gt_wakers_refill(&graph_builder->wakers);
    gt_groups_init(&graph_builder->groups);
}

static void end(struct graph_builder *graph_builder)
{
    gt_groups_deinit(&graph_builder->groups);
    gt_location_cache_deinit(&graph_builder->locations);
    gt_deadlocks_deinit(&graph_builder->deadlocks);
    gt_wakers_deinit(&graph_builder->wakers);
    gt_free(graph_builder->hangs);
}

void gt_wait_graph_fill(struct gt_heap_analysis *analysis, uint64_t only,
                        struct gt_wait_graph *graph)
{
    struct graph_builder graph_builder = {.analysis = analysis, .only = only};

    begin(&graph_builder);
    for (uint32_t i = 0; i < analysis->goroutines->count; i++)
        if (depends(&graph_builder, i)) add_waiting(&graph_builder, i);
    gt_groups_visit(&graph_builder.groups, describe_waiting, &graph_builder);
    gt_circles_describe(&graph_builder.deadlocks, only, graph);
    count_all(&graph_builder, graph);
    end(&graph_builder);
    if (graph_builder.waiting.len)
        qsort(graph_builder.waiting.data, graph_builder.waiting.len, sizeof(struct gt_waiting),
              by_interest);
    graph->waiting_count = graph_builder.waiting.len;
    graph->waiting = keep(&graph_builder, &graph_builder.waiting, sizeof *graph->waiting);
}

#include "inspector/detect/waiting/wait_graph.h"

#include "inspector/base/alloc.h"
#include "inspector/detect/describe/group.h"
#include "inspector/detect/describe/places.h"
#include "inspector/detect/describe/tell_labels.h"
#include "inspector/detect/hanging/hanging.h"
#include "inspector/detect/waiting/blocking.h"
#include "inspector/detect/waiting/circles.h"
#include "inspector/detect/waiting/custody.h"
#include "inspector/detect/waiting/outside.h"
#include "inspector/detect/waiting/tell_wakers.h"

#include <stdlib.h>

enum {
    OUTLOOKS = GT_DEADLOCKED + 1,
    MAIN_GOROUTINE = 1,
    MAX_HOLDERS = 8, /* told for one group */
};

struct graphing {
    struct gt_study *study;
    struct gt_wakers wakers;
    struct gt_deadlocks deadlocks;
    struct gt_groups groups;
    struct gt_vec waiting; /* struct gt_waiting */
    bool *hangs;           /* by goroutine */
    uint64_t latest, only;
};

static const struct gt_goroutine *goroutine(const struct graphing *graphing, uint32_t number)
{
    return &graphing->study->goroutines->list[number];
}

/* Waits for what another goroutine could give. */
static bool depends(const struct graphing *graphing, uint32_t number)
{
    return !goroutine(graphing, number)->system &&
           graphing->study->contest->wait[number].kind != GT_WAIT_OTHER;
}

static void *keep(const struct graphing *graphing, struct gt_vec *vec, size_t size)
{
    void *kept = gt_arena_alloc(graphing->study->storage, vec->len * size);

    if (vec->len) memcpy(kept, vec->data, vec->len * size);
    gt_vec_free(vec);
    return kept;
}

/* ---- who waits ----------------------------------------------------------------------------- */

/* The main goroutine is on purpose where it is when nobody else has to do with it. */
static enum gt_outlook outlook_of(const struct graphing *graphing, uint32_t number)
{
    const struct gt_wait_class *class = gt_class_of(&graphing->deadlocks, number);

    if (graphing->hangs[number]) return GT_HANGS;
    if (!graphing->deadlocks.stuck[number]) return GT_MAY_GO_ON;
    bool alone = !class || !class->count;
    return alone && goroutine(graphing, number)->id == MAIN_GOROUTINE ? GT_MAIN_WAITS
                                                                      : GT_DEADLOCKED;
}

static void tell_holders(const struct graphing *graphing, uint32_t number,
                         struct gt_waiting *waiting)
{
    const struct gt_wait_class *class = gt_class_of(&graphing->deadlocks, number);
    struct gt_lock_holder *holders =
        gt_arena_alloc(graphing->study->storage, MAX_HOLDERS * sizeof *holders);

    waiting->holders = holders;
    for (size_t i = 0; class && i < class->count; i++) {
        const struct gt_need_of *need = gt_vec_at(&graphing->deadlocks.needed, class->first + i);
        if (!need->holds) return;
        waiting->more_holders = i >= MAX_HOLDERS;
        if (waiting->more_holders) return;
        holders[waiting->holder_count++] = gt_holder_tell(graphing->study, &need->holding);
    }
}

static void tell_members(const struct graphing *graphing, const struct gt_member *members,
                         size_t count, struct gt_waiting *waiting)
{
    uint64_t *ids = gt_arena_alloc(graphing->study->storage, count * sizeof *ids);

    waiting->wait_ns = GT_UNKNOWN;
    for (size_t i = 0; i < count; i++) {
        const struct gt_goroutine *g = goroutine(graphing, members[i].item);
        int64_t waited = gt_wait_ns(g, graphing->latest);
        ids[i] = g->id;
        if (waited > waiting->wait_ns) waiting->wait_ns = waited;
    }
    waiting->ids = ids;
    waiting->id_count = count;
    waiting->same_thing = true;
    for (size_t i = 1; i < count; i++)
        waiting->same_thing &= graphing->deadlocks.class_of[members[i].item] ==
                               graphing->deadlocks.class_of[members[0].item];
}

static void tell_waiting(void *ctx, const struct gt_member *members, size_t count)
{
    struct graphing *graphing = ctx;
    const struct gt_study *study = graphing->study;
    uint32_t number = members[0].item;
    const struct gt_goroutine *g = goroutine(graphing, number);
    struct gt_waiting *waiting = gt_vec_push(&graphing->waiting);

    tell_members(graphing, members, count, waiting);
    waiting->goroutine = g->id;
    waiting->wait_reason = gt_study_keep(study, g->wait_reason);
    waiting->outlook = outlook_of(graphing, number);
    waiting->blocked = gt_blocking_tell(study, number, &waiting->blocked_count);
    if (waiting->blocked_count) {
        waiting->blocked_on = waiting->blocked[0].what;
        waiting->blocked_on_address = waiting->blocked[0].address;
    }
    waiting->parent = g->parent_id;
    waiting->labels = gt_labels_tell(study->process, g, study->storage, &waiting->label_count);
    waiting->stack = gt_places_of(study->process, study->goroutines, g, study->storage);
    waiting->created_by = gt_place_created(study->process, g, study->storage);
    tell_holders(graphing, number, waiting);
    waiting->custody = gt_custody_of(&graphing->deadlocks.holders, &graphing->wakers, number);
    gt_wakers_tell(&graphing->wakers, graphing->hangs, members, count, waiting);
}

/* Alike: the same stack, and the same outlook. */
static void add_waiting(struct graphing *graphing, uint32_t number)
{
    const struct gt_goroutine *g = goroutine(graphing, number);

    if (graphing->only && g->id != graphing->only) return;
    gt_groups_add_numbered(&graphing->groups,
                           OUTLOOKS * (uint64_t)g->alike + outlook_of(graphing, number),
                           UINT64_MAX - g->id, number);
}

/* Hanging ones first, then deadlocked ones, then the larger groups, then the older. */
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

/* ---- all of it ------------------------------------------------------------------------------ */

/* Blocked on what the core does not tell counts as blocked too, not as running. */
static bool is_blocked(const struct graphing *graphing, uint32_t number)
{
    const struct gt_goroutine *g = goroutine(graphing, number);

    return !g->system && g->wait_reason && !gt_waits_outside(g);
}

static void count_all(const struct graphing *graphing, struct gt_wait_graph *graph)
{
    for (uint32_t i = 0; i < graphing->study->goroutines->count; i++) {
        bool deadlocked = depends(graphing, i) && outlook_of(graphing, i) == GT_DEADLOCKED;
        graph->hanging += graphing->hangs[i];
        graph->others += !goroutine(graphing, i)->system && !depends(graphing, i);
        graph->deadlocked += deadlocked;
        graph->blocked += is_blocked(graphing, i) && !graphing->hangs[i] && !deadlocked;
    }
    graph->locks_left = gt_locks_left(&graphing->deadlocks.holders);
}

static void begin(struct graphing *graphing)
{
    struct gt_study *study = graphing->study;

    graphing->latest = gt_latest_time(study->process, study->goroutines);
    graphing->waiting = GT_VEC_OF(struct gt_waiting);
    graphing->hangs = gt_hanging_find(study);
    gt_wakers_init(&graphing->wakers, study);
    gt_deadlocks_init(&graphing->deadlocks, study, &graphing->wakers, graphing->hangs);
    gt_wakers_refill(&graphing->wakers);
    gt_groups_init(&graphing->groups);
}

static void end(struct graphing *graphing)
{
    gt_groups_deinit(&graphing->groups);
    gt_deadlocks_deinit(&graphing->deadlocks);
    gt_wakers_deinit(&graphing->wakers);
    gt_free(graphing->hangs);
}

void gt_wait_graph_fill(struct gt_study *study, uint64_t only, struct gt_wait_graph *graph)
{
    struct graphing graphing = {.study = study, .only = only};

    begin(&graphing);
    for (uint32_t i = 0; i < study->goroutines->count; i++)
        if (depends(&graphing, i)) add_waiting(&graphing, i);
    gt_groups_visit(&graphing.groups, tell_waiting, &graphing);
    gt_circles_tell(&graphing.deadlocks, only, graph);
    count_all(&graphing, graph);
    end(&graphing);
    if (graphing.waiting.len)
        qsort(graphing.waiting.data, graphing.waiting.len, sizeof(struct gt_waiting), by_interest);
    graph->waiting_count = graphing.waiting.len;
    graph->waiting = keep(&graphing, &graphing.waiting, sizeof *graph->waiting);
}

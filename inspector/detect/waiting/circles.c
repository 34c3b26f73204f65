/* Each circle of the deadlocks becomes a cycle of edges, one for each goroutine: where it waits,
 * for what, and for whom. */
#include "inspector/detect/waiting/circles.h"

#include "inspector/detect/describe/locations.h"
#include "inspector/detect/describe/root_names.h"
#include "inspector/detect/waiting/blocking.h"

#include <stdlib.h>

enum {
    MAX_FIELD = 160,
    MAX_FRAMES = 32, /* frames of the runtime and of sync above the program's */
};

/* ---- holders ------------------------------------------------------------------------------- */

static struct gt_source_location user_place(const struct gt_stack *stack)
{
    const struct gt_source_location *place = gt_locations_user(stack);

    return place ? *place : (struct gt_source_location){0};
}

/* The innermost call of the program itself, as gt_locations_user() finds it. */
static struct gt_source_location place_of_wait(const struct gt_heap_analysis *analysis,
                                               const struct gt_goroutine *g)
{
    struct gt_source_location place = {0};

    for (uint32_t i = 0; i < g->frame_count && i < MAX_FRAMES; i++) {
        struct gt_stack stack = gt_locations_at(analysis->process, analysis->storage,
                                                gt_g_frame(analysis->goroutines, g, i)->pc, true);
        struct gt_source_location next = user_place(&stack);
        if (!next.function) continue;
        if (!place.function || gt_location_rank(&next) > gt_location_rank(&place)) place = next;
        if (place.origin == GT_ORIGIN_PROGRAM) break;
    }
    return place;
}

static const char *variable_of(const struct gt_heap_analysis *analysis,
                               const struct gt_ownership *ownership)
{
    struct gt_root root = {.value = ownership->value,
                           .addr = ownership->word,
                           .owner = ownership->goroutine,
                           .frame = ownership->frame,
                           .kind = GT_ROOT_FRAME};
    char field[MAX_FIELD];
    gt_type_id type;

    if (!ownership->word) return NULL;
    const char *name = gt_root_name(analysis, &root, false, field, sizeof field, &type);
    return gt_arena_format(analysis->storage, "%s%s", name, field);
}

struct gt_lock_owner gt_lock_owner_describe(const struct gt_heap_analysis *analysis,
                                            const struct gt_ownership *ownership)
{
    struct gt_lock_owner owner = {.goroutine = analysis->goroutines->list[ownership->goroutine].id,
                                  .how = ownership->evidence,
                                  .variable = variable_of(analysis, ownership)};

    if (ownership->site) {
        struct gt_stack stack =
            gt_locations_at(analysis->process, analysis->storage, ownership->site, false);
        owner.locked = user_place(&stack);
    }
    return owner;
}

/* ---- circles ------------------------------------------------------------------------------- */

struct describer {
    const struct gt_deadlocks *deadlocks;
    uint64_t only;
    struct gt_vec cycles; /* struct gt_wait_cycle */
};

static uint64_t id_of(const struct gt_heap_analysis *analysis, uint32_t goroutine)
{
    return analysis->goroutines->list[goroutine].id;
}

/* For a select, the first object that it waits for is shown. */
static struct gt_wait_edge edge_between(const struct gt_deadlocks *deadlocks, uint32_t from,
                                        uint32_t to)
{
    const struct gt_heap_analysis *analysis = deadlocks->analysis;
    const struct gt_goroutine *g = &analysis->goroutines->list[from];
    const struct gt_need_of *need = gt_need_between(deadlocks, from, to);
    size_t count;
    const struct gt_blocked_thing *things = gt_blocking_describe(analysis, from, &count);
    struct gt_wait_edge edge = {
        .goroutine = g->id,
        .waits = place_of_wait(analysis, g),
        .owner = {.goroutine = id_of(analysis, to), .how = GT_EVIDENCE_REACHES},
        .candidates = gt_class_of(deadlocks, from)->count};

    if (count) edge.thing = things[0];
    if (!need || !need->holds) return edge;
    edge.holds = true;
    edge.owner = gt_lock_owner_describe(analysis, &need->ownership);
    return edge;
}

static bool is_wanted(const struct describer *describer, const uint32_t *goroutines, size_t count)
{
    bool wanted = !describer->only;

    for (size_t i = 0; i < count; i++)
        wanted |= id_of(describer->deadlocks->analysis, goroutines[i]) == describer->only;
    return wanted;
}

static void describe_circle(void *ctx, const uint32_t *goroutines, size_t count)
{
    struct describer *describer = ctx;
    const struct gt_heap_analysis *analysis = describer->deadlocks->analysis;

    if (!is_wanted(describer, goroutines, count)) return;
    uint64_t *ids = gt_arena_alloc(analysis->storage, count * sizeof *ids);
    struct gt_wait_edge *edges = gt_arena_alloc(analysis->storage, count * sizeof *edges);
    struct gt_wait_cycle *cycle = gt_vec_push(&describer->cycles);
    *cycle = (struct gt_wait_cycle){.ids = ids, .id_count = count, .edges = edges, .proven = true};
    for (size_t i = 0; i < count; i++) {
        ids[i] = id_of(analysis, goroutines[i]);
        edges[i] = edge_between(describer->deadlocks, goroutines[i], goroutines[(i + 1) % count]);
        cycle->proven &= describer->deadlocks->hangs[goroutines[i]];
    }
}

void gt_circles_describe(const struct gt_deadlocks *deadlocks, uint64_t only,
                         struct gt_wait_graph *graph)
{
    struct describer describer = {deadlocks, only, GT_VEC_OF(struct gt_wait_cycle)};
    struct gt_arena *storage = deadlocks->analysis->storage;

    graph->more_cycles = !gt_deadlocks_circles(deadlocks, describe_circle, &describer);
    size_t size = describer.cycles.len * sizeof(struct gt_wait_cycle);
    struct gt_wait_cycle *kept = gt_arena_alloc(storage, size);
    if (size) memcpy(kept, describer.cycles.data, size);
    graph->cycles = kept;
    graph->cycle_count = describer.cycles.len;
    gt_vec_deinit(&describer.cycles);
}

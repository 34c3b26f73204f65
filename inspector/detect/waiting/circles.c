#include "inspector/detect/waiting/circles.h"

#include "inspector/detect/describe/places.h"
#include "inspector/detect/describe/root_names.h"
#include "inspector/detect/waiting/blocking.h"

#include <stdlib.h>

enum {
    MAX_FIELD = 160,
    MAX_FRAMES = 32, /* of the runtime and of sync above a program's */
};

/* ---- holders ------------------------------------------------------------------------------- */

static struct gt_place user_place(const struct gt_stack *stack)
{
    const struct gt_place *place = gt_places_user(stack);

    return place ? *place : (struct gt_place){0};
}

/* The innermost call that is the program's own, as gt_places_user() has it. */
static struct gt_place place_of_wait(const struct gt_study *study, const struct gt_goroutine *g)
{
    struct gt_place place = {0};

    for (uint32_t i = 0; i < g->frame_count && i < MAX_FRAMES; i++) {
        struct gt_stack stack = gt_places_at(study->process, study->storage,
                                             gt_g_frame(study->goroutines, g, i)->pc, true);
        struct gt_place next = user_place(&stack);
        if (!next.function) continue;
        if (!place.function || gt_place_rank(&next) > gt_place_rank(&place)) place = next;
        if (place.origin == GT_ORIGIN_PROGRAM) break;
    }
    return place;
}

static const char *variable_of(const struct gt_study *study, const struct gt_holding *holding)
{
    struct gt_root root = {.value = holding->value,
                           .addr = holding->word,
                           .owner = holding->goroutine,
                           .frame = holding->frame,
                           .kind = GT_ROOT_FRAME};
    char field[MAX_FIELD];
    gt_type_id type;

    if (!holding->word) return NULL;
    const char *name = gt_root_name(study, &root, false, field, sizeof field, &type);
    return gt_arena_format(study->storage, "%s%s", name, field);
}

struct gt_lock_holder gt_holder_tell(const struct gt_study *study, const struct gt_holding *holding)
{
    static const char *const hows[] = {[GT_SPEAKS_POINTER] = "pointer",
                                       [GT_SPEAKS_LOCK] = "lock",
                                       [GT_SPEAKS_DEFERRED] = "deferred unlock",
                                       [GT_SPEAKS_WAIT] = "writer"};
    struct gt_lock_holder holder = {.goroutine = study->goroutines->list[holding->goroutine].id,
                                    .how = hows[holding->speaks],
                                    .variable = variable_of(study, holding)};

    if (holding->site) {
        struct gt_stack stack = gt_places_at(study->process, study->storage, holding->site, false);
        holder.locked = user_place(&stack);
    }
    return holder;
}

/* ---- circles ------------------------------------------------------------------------------- */

struct telling {
    const struct gt_deadlocks *deadlocks;
    uint64_t only;
    struct gt_vec cycles; /* struct gt_wait_cycle */
};

static uint64_t id_of(const struct gt_study *study, uint32_t goroutine)
{
    return study->goroutines->list[goroutine].id;
}

/* Of what a select waits for, the first is told. */
static struct gt_wait_edge edge_between(const struct gt_deadlocks *deadlocks, uint32_t from,
                                        uint32_t to)
{
    const struct gt_study *study = deadlocks->study;
    const struct gt_goroutine *g = &study->goroutines->list[from];
    const struct gt_need_of *need = gt_need_between(deadlocks, from, to);
    size_t count;
    const struct gt_blocked_thing *things = gt_blocking_tell(study, from, &count);
    struct gt_wait_edge edge = {.goroutine = g->id,
                                .waits = place_of_wait(study, g),
                                .holder = {.goroutine = id_of(study, to), .how = "reaches"},
                                .candidates = gt_class_of(deadlocks, from)->count};

    if (count) edge.thing = things[0];
    if (!need || !need->holds) return edge;
    edge.holds = true;
    edge.holder = gt_holder_tell(study, &need->holding);
    return edge;
}

static bool is_wanted(const struct telling *telling, const uint32_t *goroutines, size_t count)
{
    bool wanted = !telling->only;

    for (size_t i = 0; i < count; i++)
        wanted |= id_of(telling->deadlocks->study, goroutines[i]) == telling->only;
    return wanted;
}

static void tell_circle(void *ctx, const uint32_t *goroutines, size_t count)
{
    struct telling *telling = ctx;
    const struct gt_study *study = telling->deadlocks->study;

    if (!is_wanted(telling, goroutines, count)) return;
    uint64_t *ids = gt_arena_alloc(study->storage, count * sizeof *ids);
    struct gt_wait_edge *edges = gt_arena_alloc(study->storage, count * sizeof *edges);
    struct gt_wait_cycle *cycle = gt_vec_push(&telling->cycles);
    *cycle = (struct gt_wait_cycle){.ids = ids, .id_count = count, .edges = edges, .proven = true};
    for (size_t i = 0; i < count; i++) {
        ids[i] = id_of(study, goroutines[i]);
        edges[i] = edge_between(telling->deadlocks, goroutines[i], goroutines[(i + 1) % count]);
        cycle->proven &= telling->deadlocks->hangs[goroutines[i]];
    }
}

void gt_circles_tell(const struct gt_deadlocks *deadlocks, uint64_t only,
                     struct gt_wait_graph *graph)
{
    struct telling telling = {deadlocks, only, GT_VEC_OF(struct gt_wait_cycle)};
    struct gt_arena *storage = deadlocks->study->storage;

    graph->more_cycles = !gt_deadlocks_circles(deadlocks, tell_circle, &telling);
    size_t size = telling.cycles.len * sizeof(struct gt_wait_cycle);
    struct gt_wait_cycle *kept = gt_arena_alloc(storage, size);
    if (size) memcpy(kept, telling.cycles.data, size);
    graph->cycles = kept;
    graph->cycle_count = telling.cycles.len;
    gt_vec_free(&telling.cycles);
}

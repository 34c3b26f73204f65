#include "inspector/detect/retention/cause.h"

#include "inspector/detect/retention/consequences.h"
#include "inspector/detect/retention/retained.h"
#include "inspector/graph/reach.h"

#include <stdlib.h>

void gt_causes_init(struct gt_causes *causes)
{
    *causes = (struct gt_causes){.list = GT_VEC_OF(struct gt_cause)};
}

void gt_cause_deinit(struct gt_cause *cause)
{
    gt_edges_deinit(&cause->edges);
    gt_vec_free(&cause->parts);
}

void gt_causes_deinit(struct gt_causes *causes)
{
    for (size_t i = 0; i < causes->list.len; i++)
        gt_cause_deinit(gt_vec_at(&causes->list, i));
    gt_vec_free(&causes->list);
}

struct gt_cause *gt_causes_add(struct gt_causes *causes, enum gt_kind kind,
                               enum gt_confidence confidence)
{
    struct gt_cause *cause = gt_vec_push(&causes->list);

    *cause = (struct gt_cause){
        .kind = kind, .confidence = confidence, .parts = GT_VEC_OF(struct gt_part)};
    gt_edges_init(&cause->edges);
    return cause;
}

void gt_cause_count(struct gt_cause *cause, const struct gt_study *study, size_t count)
{
    cause->count = count;
    cause->instance_count = count < study->max_instances ? count : study->max_instances;
    cause->instances =
        gt_arena_alloc(study->storage, cause->instance_count * sizeof *cause->instances);
}

void gt_cause_take_part(struct gt_cause *cause, uint32_t block, uint64_t bytes)
{
    struct gt_part part = {block, bytes};

    gt_vec_add(&cause->parts, &part);
}

/* The slot of its g, as newproc1 made it (runtime/proc.go, malg). */
static uint64_t descriptor_bytes(const struct gt_study *study, const struct gt_goroutine *g)
{
    uint32_t object = gt_heap_object(&study->heap->graph, g->address);

    return object == GT_NO_OBJECT ? 0 : gt_heap_size(&study->heap->graph, object);
}

void gt_cause_take_goroutine(struct gt_cause *cause, const struct gt_study *study,
                             uint32_t goroutine)
{
    const struct gt_goroutine *g = &study->goroutines->list[goroutine];

    gt_edges_of_goroutine(study, goroutine, &cause->edges);
    cause->stack_bytes += g->stack_hi - g->stack_lo;
    if (!g->system) cause->descriptor_bytes += descriptor_bytes(study, g);
}

/* ---- weighing ----------------------------------------------------------------------------- */

struct weighing {
    struct gt_study *study;
    struct gt_causes *causes;
    struct gt_absence absence; /* of all causes */
    struct gt_bitmap innocent; /* live without any cause */
};

static struct gt_cause *cause_at(const struct weighing *weighing, size_t index)
{
    return gt_vec_at(&weighing->causes->list, index);
}

/* The heap without any cause. Where all their edges are contested the base is where to start;
 * else (lost elements, deferred calls) the mark starts from nothing. */
static void mark_innocent(struct weighing *weighing)
{
    const struct gt_study *study = weighing->study;
    struct gt_absence *absence = &weighing->absence;
    bool contested = true;

    gt_absence_init(absence, study);
    gt_bitmap_reset(&weighing->innocent);
    for (size_t i = 0; i < weighing->causes->list.len; i++) {
        const struct gt_edges *edges = &cause_at(weighing, i)->edges;
        gt_absence_take(absence, study, edges);
        contested = contested && gt_absence_covers(&study->contest->without, edges);
    }
    if (contested)
        gt_contest_mark(study, absence, &weighing->innocent);
    else
        gt_live_mark(study->heap, study->roots, &absence->roots, &absence->cut,
                     &weighing->innocent);
}

/* What goes with the cause, and what else it alone would keep. */
static void weigh(struct gt_cause *cause, struct gt_reaches *reaches, uint32_t owner)
{
    struct gt_owned owned = gt_owners_owned(reaches->owners, owner);
    struct gt_owned reached = gt_reach_of(reaches, owner);

    cause->heap_bytes = owned.bytes;
    cause->objects = owned.objects;
    cause->shared_bytes = reached.bytes > owned.bytes ? reached.bytes - owned.bytes : 0;
}

/* Whether another cause's finding has the whole block: kinds do not overlap. */
static bool is_anothers(const struct weighing *weighing, const struct gt_owners *owners,
                        uint32_t block)
{
    uint32_t members[GT_SET_MAX];

    if (!gt_owners_in_residue(owners, block)) return false;
    size_t count =
        gt_sets_members(&owners->sets, owners->set[gt_owners_place(owners, block)], members);
    for (size_t i = 0; i < count; i++) {
        const struct gt_cause *cause = cause_at(weighing, members[i]);
        if (cause->kind == GT_LOST_ELEMENTS ||
            (cause->kind == GT_HUNG_GOROUTINE && cause->confidence == GT_PROVEN))
            return true;
    }
    return false;
}

static void weigh_parts(const struct weighing *weighing, const struct gt_owners *owners,
                        struct gt_cause *cause)
{
    size_t kept = 0;

    for (size_t i = 0; i < cause->parts.len; i++) {
        const struct gt_part *part = gt_vec_at(&cause->parts, i);
        if (is_anothers(weighing, owners, part->block)) continue;
        cause->own_bytes += part->bytes;
        memmove(gt_vec_at(&cause->parts, kept++), part, sizeof *part);
    }
    cause->parts.len = kept;
}

/* What goes of blocks that stay when every cause is fixed. */
static uint64_t bytes_of_parts(const struct weighing *weighing, const struct gt_cause *cause)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < cause->parts.len; i++) {
        const struct gt_part *part = gt_vec_at(&cause->parts, i);
        if (gt_bit(&weighing->innocent, part->block)) bytes += part->bytes;
    }
    return bytes;
}

static bool is_worth_telling(const struct weighing *weighing, const struct gt_cause *cause)
{
    return cause->always || gt_cause_freed(cause) >= weighing->study->min_bytes;
}

/* Goroutines name no holder of their own: it is the variable by which they keep most. */
static void name_holders(struct weighing *weighing, const struct gt_owners *owners)
{
    struct gt_keepers keepers;
    size_t count;

    gt_keepers_init(&keepers, weighing->study, owners);
    for (uint32_t i = 0; i < owners->count; i++) {
        struct gt_cause *cause = cause_at(weighing, i);
        if (cause->kind != GT_HUNG_GOROUTINE || cause->path.count || !cause->objects ||
            !is_worth_telling(weighing, cause))
            continue;
        const struct gt_kept *kept = gt_keepers_of(&keepers, i, &cause->edges, &count);
        if (count) cause->path = kept[0].path;
    }
    gt_keepers_deinit(&keepers);
}

static void weigh_all(struct weighing *weighing)
{
    const struct gt_study *study = weighing->study;
    uint32_t count = (uint32_t)weighing->causes->list.len;
    struct gt_owners owners;
    struct gt_reaches reaches;

    gt_owners_init(&owners, &study->heap->graph, &weighing->absence.cut, &study->live,
                   &weighing->innocent, count, (uint32_t)study->roots->list.len);
    for (uint32_t i = 0; i < count; i++)
        gt_edges_give(&cause_at(weighing, i)->edges, study, &owners, i);
    gt_owners_spread(&owners);
    gt_reaches_init(&reaches, &owners);
    for (uint32_t i = 0; i < count; i++)
        weigh(cause_at(weighing, i), &reaches, i);
    for (uint32_t i = 0; i < count; i++)
        weigh_parts(weighing, &owners, cause_at(weighing, i));
    gt_reaches_deinit(&reaches);
    name_holders(weighing, &owners);
    gt_owners_deinit(&owners);
}

/* What each small cause keeps alone: no byte of it is another's. */
static void count_small(struct gt_causes *causes, const struct gt_cause *cause)
{
    struct gt_smaller *smaller = &causes->smaller[cause->kind];

    if (gt_cause_freed(cause) == 0) return;
    smaller->findings++;
    smaller->suspects += cause->confidence == GT_SUSPECT;
    smaller->count += cause->count;
    smaller->bytes += gt_cause_freed(cause);
}

/* Says whether any was dropped. */
static bool drop_small(struct weighing *weighing)
{
    struct gt_vec *list = &weighing->causes->list;
    size_t kept = 0;

    for (size_t i = 0; i < list->len; i++) {
        struct gt_cause *cause = gt_vec_at(list, i);
        if (is_worth_telling(weighing, cause)) {
            memmove(gt_vec_at(list, kept++), cause, sizeof *cause);
            continue;
        }
        count_small(weighing->causes, cause);
        gt_cause_deinit(cause);
    }
    bool dropped = kept < list->len;
    list->len = kept;
    return dropped;
}

static int by_freed(const void *a, const void *b)
{
    uint64_t left = gt_cause_freed(a), right = gt_cause_freed(b);

    return left > right ? -1 : left < right;
}

void gt_causes_weigh(struct gt_study *study, struct gt_causes *causes, uint64_t *total_bytes,
                     uint64_t *total_objects)
{
    struct weighing weighing = {.study = study, .causes = causes};

    gt_bitmap_init(&weighing.innocent, study->heap->graph.objects);
    gt_consequences_drop(causes);
    mark_innocent(&weighing);
    weigh_all(&weighing);
    if (drop_small(&weighing)) {
        gt_absence_deinit(&weighing.absence);
        mark_innocent(&weighing);
    }
    *total_bytes = study->live_bytes - gt_heap_bytes_of(&study->heap->graph, &weighing.innocent);
    *total_objects = study->live_objects - gt_bitmap_count(&weighing.innocent);
    for (size_t i = 0; i < causes->list.len; i++)
        *total_bytes +=
            bytes_of_parts(&weighing, cause_at(&weighing, i)) + cause_at(&weighing, i)->stack_bytes;
    if (causes->list.len)
        qsort(causes->list.data, causes->list.len, sizeof(struct gt_cause), by_freed);
    study->innocent = weighing.innocent;
    gt_absence_deinit(&weighing.absence);
}

/* Weighs in this order: consequences are dropped, the innocent heap is marked, and all causes are
 * spread over the rest as exclusive owners. When small causes are dropped, the heap is marked
 * again, with what they keep. */
#include "inspector/detect/retention/cause.h"

#include "inspector/detect/retention/consequences.h"
#include "inspector/detect/retention/retained.h"
#include "inspector/graph/gained.h"

#include <stdlib.h>

void gt_causes_init(struct gt_causes *causes)
{
    *causes = (struct gt_causes){.list = GT_VEC_OF(struct gt_cause)};
}

void gt_cause_deinit(struct gt_cause *cause)
{
    gt_edges_deinit(&cause->edges);
    gt_vec_deinit(&cause->parts);
}

void gt_causes_deinit(struct gt_causes *causes)
{
    for (size_t i = 0; i < causes->list.len; i++)
        gt_cause_deinit(gt_vec_at(&causes->list, i));
    gt_vec_deinit(&causes->list);
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

void gt_cause_count(struct gt_cause *cause, const struct gt_heap_analysis *analysis, size_t count)
{
    cause->count = count;
    cause->instance_count = count < analysis->max_instances ? count : analysis->max_instances;
    cause->instances =
        gt_arena_alloc(analysis->storage, cause->instance_count * sizeof *cause->instances);
}

void gt_cause_take_part(struct gt_cause *cause, uint32_t block, uint64_t bytes)
{
    struct gt_part part = {block, bytes};

    gt_vec_add(&cause->parts, &part);
}

/* The slot of its g, which newproc1 allocated (runtime/proc.go, malg). */
static uint64_t descriptor_bytes(const struct gt_heap_analysis *analysis,
                                 const struct gt_goroutine *g)
{
    uint32_t object = gt_heap_object(&analysis->heap->graph, g->address);

    return object == GT_NO_OBJECT ? 0 : gt_heap_size(&analysis->heap->graph, object);
}

void gt_cause_take_goroutine(struct gt_cause *cause, const struct gt_heap_analysis *analysis,
                             uint32_t goroutine)
{
    const struct gt_goroutine *g = &analysis->goroutines->list[goroutine];

    gt_edges_of_goroutine(analysis, goroutine, &cause->edges);
    cause->stack_bytes += g->stack_hi - g->stack_lo;
    if (!g->system) cause->descriptor_bytes += descriptor_bytes(analysis, g);
}

/* ---- weighing ----------------------------------------------------------------------------- */

struct weigher {
    struct gt_heap_analysis *analysis;
    struct gt_causes *causes;
    struct gt_exclusion exclusion; /* of all causes */
    struct gt_bitmap innocent;     /* objects that are live without any cause */
};

static struct gt_cause *cause_at(const struct weigher *weigher, size_t index)
{
    return gt_vec_at(&weigher->causes->list, index);
}

/* Marks the heap without any cause. If the baseline leaves out all edges of the causes, the mark
 * continues it; otherwise (lost elements, deferred calls) it starts from nothing. */
static void mark_innocent(struct weigher *weigher)
{
    const struct gt_heap_analysis *analysis = weigher->analysis;
    struct gt_exclusion *exclusion = &weigher->exclusion;
    bool covered = true;

    gt_exclusion_init(exclusion, analysis);
    for (size_t i = 0; i < weigher->causes->list.len; i++) {
        const struct gt_edges *edges = &cause_at(weigher, i)->edges;
        gt_exclusion_add(exclusion, analysis, edges);
        covered = covered && gt_exclusion_covers(&analysis->baseline->without, edges);
    }
    if (covered) {
        gt_baseline_mark(analysis, exclusion, &weigher->innocent);
    } else {
        gt_bitmap_reset(&weigher->innocent);
        gt_live_mark(analysis->heap, analysis->roots, &exclusion->roots, &exclusion->cut,
                     &weigher->innocent);
    }
}

/* What goes with the cause, and what else it alone would keep. */
static void weigh(struct gt_cause *cause, struct gt_gained *reaches, uint32_t owner)
{
    struct gt_owned owned = gt_exclusive_owned(reaches->owners, owner);
    struct gt_owned reached = gt_gained_by(reaches, owner);

    cause->heap_bytes = owned.bytes;
    cause->objects = owned.objects;
    cause->shared_bytes = reached.bytes > owned.bytes ? reached.bytes - owned.bytes : 0;
}

/* Whether another cause's finding frees the whole block: kinds do not overlap. */
static bool is_anothers(const struct weigher *weigher, const struct gt_exclusive *owners,
                        uint32_t block)
{
    uint32_t members[GT_SET_MAX];

    if (!gt_exclusive_in_residue(owners, block)) return false;
    size_t count =
        gt_sets_members(&owners->sets, owners->set[gt_exclusive_place(owners, block)], members);
    for (size_t i = 0; i < count; i++) {
        const struct gt_cause *cause = cause_at(weigher, members[i]);
        if (cause->kind == GT_LOST_ELEMENTS ||
            (cause->kind == GT_HUNG_GOROUTINE && cause->confidence == GT_PROVEN))
            return true;
    }
    return false;
}

static void weigh_parts(const struct weigher *weigher, const struct gt_exclusive *owners,
                        struct gt_cause *cause)
{
    size_t kept = 0;

    for (size_t i = 0; i < cause->parts.len; i++) {
        const struct gt_part *part = gt_vec_at(&cause->parts, i);
        if (is_anothers(weigher, owners, part->block)) continue;
        cause->own_bytes += part->bytes;
        memmove(gt_vec_at(&cause->parts, kept++), part, sizeof *part);
    }
    cause->parts.len = kept;
}

/* The freed bytes of blocks that stay when every cause is fixed. */
static uint64_t bytes_of_parts(const struct weigher *weigher, const struct gt_cause *cause)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < cause->parts.len; i++) {
        const struct gt_part *part = gt_vec_at(&cause->parts, i);
        if (gt_bit(&weigher->innocent, part->block)) bytes += part->bytes;
    }
    return bytes;
}

static bool is_worth_telling(const struct weigher *weigher, const struct gt_cause *cause)
{
    return cause->always || gt_cause_freed(cause) >= weigher->analysis->min_bytes;
}

/* A finding about goroutines has no holder of its own: it is the variable by which they keep
 * most. */
static void name_holders(struct weigher *weigher, const struct gt_exclusive *owners)
{
    struct gt_main_kept keepers;
    size_t count;

    gt_main_kept_init(&keepers, weigher->analysis, owners);
    for (uint32_t i = 0; i < owners->count; i++) {
        struct gt_cause *cause = cause_at(weigher, i);
        if (cause->kind != GT_HUNG_GOROUTINE || cause->path.count || !cause->objects ||
            !is_worth_telling(weigher, cause))
            continue;
        const struct gt_kept *kept = gt_main_kept_of(&keepers, i, &cause->edges, &count);
        if (count) cause->path = kept[0].path;
    }
    gt_main_kept_deinit(&keepers);
}

static void weigh_all(struct weigher *weigher)
{
    const struct gt_heap_analysis *analysis = weigher->analysis;
    uint32_t count = (uint32_t)weigher->causes->list.len;
    struct gt_exclusive owners;
    struct gt_gained reaches;

    gt_exclusive_init(&owners, &analysis->heap->graph, &weigher->exclusion.cut, &analysis->live,
                      &weigher->innocent, count, (uint32_t)analysis->roots->list.len);
    for (uint32_t i = 0; i < count; i++)
        gt_edges_give(&cause_at(weigher, i)->edges, analysis, &owners, i);
    gt_exclusive_spread(&owners);
    gt_gained_init(&reaches, &owners);
    for (uint32_t i = 0; i < count; i++)
        weigh(cause_at(weigher, i), &reaches, i);
    for (uint32_t i = 0; i < count; i++)
        weigh_parts(weigher, &owners, cause_at(weigher, i));
    gt_gained_deinit(&reaches);
    name_holders(weigher, &owners);
    gt_exclusive_deinit(&owners);
}

/* What each small cause keeps alone: no byte counts for two causes. */
static void count_small(struct gt_causes *causes, const struct gt_cause *cause)
{
    struct gt_smaller *smaller = &causes->smaller[cause->kind];

    if (gt_cause_freed(cause) == 0) return;
    smaller->findings++;
    smaller->suspects += cause->confidence == GT_SUSPECT;
    smaller->count += cause->count;
    smaller->bytes += gt_cause_freed(cause);
}

/* Returns whether it dropped any. */
static bool drop_small(struct weigher *weigher)
{
    struct gt_vec *list = &weigher->causes->list;
    size_t kept = 0;

    for (size_t i = 0; i < list->len; i++) {
        struct gt_cause *cause = gt_vec_at(list, i);
        if (is_worth_telling(weigher, cause)) {
            memmove(gt_vec_at(list, kept++), cause, sizeof *cause);
            continue;
        }
        count_small(weigher->causes, cause);
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

void gt_causes_weigh(struct gt_heap_analysis *analysis, struct gt_causes *causes,
                     uint64_t *total_bytes, uint64_t *total_objects)
{
    struct weigher weigher = {.analysis = analysis, .causes = causes};

    gt_bitmap_init(&weigher.innocent, analysis->heap->graph.objects);
    gt_consequences_drop(causes);
    mark_innocent(&weigher);
    weigh_all(&weigher);
    if (drop_small(&weigher)) {
        gt_exclusion_deinit(&weigher.exclusion);
        mark_innocent(&weigher);
    }
    *total_bytes =
        analysis->live_bytes - gt_heap_bytes_of(&analysis->heap->graph, &weigher.innocent);
    *total_objects = analysis->live_objects - gt_bitmap_count(&weigher.innocent);
    for (size_t i = 0; i < causes->list.len; i++)
        *total_bytes +=
            bytes_of_parts(&weigher, cause_at(&weigher, i)) + cause_at(&weigher, i)->stack_bytes;
    if (causes->list.len)
        qsort(causes->list.data, causes->list.len, sizeof(struct gt_cause), by_freed);
    analysis->innocent = weigher.innocent;
    gt_exclusion_deinit(&weigher.exclusion);
}

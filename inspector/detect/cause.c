#include "inspector/detect/cause.h"

#include <stdlib.h>

void gt_causes_init(struct gt_causes *causes)
{
    causes->list = GT_VEC_OF(struct gt_cause);
}

static void release(struct gt_cause *cause)
{
    gt_vec_free(&cause->roots);
    gt_vec_free(&cause->words);
    gt_vec_free(&cause->muted);
}

void gt_causes_deinit(struct gt_causes *causes)
{
    for (size_t i = 0; i < causes->list.len; i++)
        release(gt_vec_at(&causes->list, i));
    gt_vec_free(&causes->list);
}

struct gt_cause *gt_causes_add(struct gt_causes *causes, enum gt_kind kind,
                               enum gt_confidence confidence)
{
    struct gt_cause *cause = gt_vec_push(&causes->list);

    *cause = (struct gt_cause){.kind = kind,
                               .confidence = confidence,
                               .roots = GT_VEC_OF(uint32_t),
                               .words = GT_VEC_OF(uint64_t),
                               .muted = GT_VEC_OF(uint32_t)};
    return cause;
}

/* ---- taking away and adding back ---------------------------------------------------------- */

struct absence { /* what is taken away */
    struct gt_bitmap roots;
    struct gt_cut cut;
};

static void absence_init(struct absence *absence, const struct gt_study *study)
{
    gt_bitmap_init(&absence->roots, study->roots->list.len);
    gt_cut_init(&absence->cut, &study->heap->graph);
}

static void absence_deinit(struct absence *absence)
{
    gt_bitmap_free(&absence->roots);
    gt_cut_deinit(&absence->cut);
}

static void take_away(struct absence *absence, const struct gt_study *study,
                      const struct gt_cause *cause)
{
    for (size_t i = 0; i < cause->roots.len; i++)
        gt_bit_set(&absence->roots, *(uint32_t *)gt_vec_at(&cause->roots, i));
    for (size_t i = 0; i < cause->words.len; i++)
        gt_cut_word(&absence->cut, &study->heap->graph, *(uint64_t *)gt_vec_at(&cause->words, i));
    for (size_t i = 0; i < cause->muted.len; i++)
        gt_bit_set(&absence->cut.muted, *(uint32_t *)gt_vec_at(&cause->muted, i));
}

struct adding { /* adding a cause's roots and edges back to a mark */
    const struct gt_study *study;
    const struct absence *still_away;
    const struct gt_bitmap *marked;
    struct gt_marker *marker;
};

static void seed_word(void *ctx, uint64_t offset, uint64_t value)
{
    (void)offset;
    gt_mark_seed(((struct adding *)ctx)->marker, value);
}

static void add_words(struct adding *adding, const struct gt_cause *cause)
{
    const struct gt_heap *graph = &adding->study->heap->graph;
    uint64_t value;

    for (size_t i = 0; i < cause->words.len; i++) {
        uint64_t addr = *(uint64_t *)gt_vec_at(&cause->words, i);
        uint32_t holder = gt_heap_object(graph, addr);
        if (gt_map_find(&adding->still_away->cut.words, addr)) continue;
        if (holder != GT_NO_OBJECT && !gt_bit(adding->marked, holder)) continue;
        if (gt_mem_u64(adding->study->process->mem, addr, &value))
            gt_mark_seed(adding->marker, value);
    }
}

/* What a marked object or an innocent root would have reached through this cause. An object not
 * yet marked is scanned with the cause in place once something reaches it. */
static void add_back(struct adding *adding, const struct gt_cause *cause)
{
    const struct gt_study *study = adding->study;

    for (size_t i = 0; i < cause->roots.len; i++) {
        uint32_t root = *(uint32_t *)gt_vec_at(&cause->roots, i);
        if (!gt_bit(&adding->still_away->roots, root))
            gt_live_seed(adding->marker, study->heap, gt_root_at(study->roots, root));
    }
    add_words(adding, cause);
    for (size_t i = 0; i < cause->muted.len; i++) {
        uint32_t object = *(uint32_t *)gt_vec_at(&cause->muted, i);
        if (!gt_bit(&adding->still_away->cut.muted, object) && gt_bit(adding->marked, object))
            gt_heap_words(&study->heap->graph, object, seed_word, adding);
    }
}

/* ---- weighing ----------------------------------------------------------------------------- */

struct weighing {
    const struct gt_study *study;
    struct gt_causes *causes;
    struct gt_bitmap innocent; /* live without any cause */
    struct gt_bitmap scratch;
};

static struct gt_cause *cause_at(const struct weighing *weighing, size_t index)
{
    return gt_vec_at(&weighing->causes->list, index);
}

static bool has_edges(const struct gt_cause *cause)
{
    return cause->roots.len || cause->words.len || cause->muted.len;
}

static void mark_innocent(struct weighing *weighing)
{
    struct absence absence;

    absence_init(&absence, weighing->study);
    for (size_t i = 0; i < weighing->causes->list.len; i++)
        take_away(&absence, weighing->study, cause_at(weighing, i));
    gt_bitmap_reset(&weighing->innocent);
    gt_live_mark(weighing->study->heap, weighing->study->roots, &absence.roots, &absence.cut,
                 &weighing->innocent);
    absence_deinit(&absence);
}

/* Marks on from the innocent heap with the causes that `wanted` says in place: all but `which`, or
 * only it. Leaves the result in weighing->scratch. */
static void mark_with(struct weighing *weighing, size_t which, bool only)
{
    struct absence absence;
    size_t count = weighing->causes->list.len;

    absence_init(&absence, weighing->study);
    for (size_t i = 0; i < count; i++)
        if ((i == which) != only) take_away(&absence, weighing->study, cause_at(weighing, i));
    gt_bitmap_copy(&weighing->scratch, &weighing->innocent);
    struct adding adding = {weighing->study, &absence, &weighing->scratch, NULL};
    adding.marker =
        gt_marker_create(&weighing->study->heap->graph, &absence.cut, &weighing->scratch);
    for (size_t i = 0; i < count; i++)
        if ((i == which) == only) add_back(&adding, cause_at(weighing, i));
    gt_mark_drain(adding.marker);
    gt_marker_free(adding.marker);
    absence_deinit(&absence);
}

static uint64_t scratch_bytes(const struct weighing *weighing)
{
    return gt_heap_bytes_of(&weighing->study->heap->graph, &weighing->scratch);
}

static void weigh(struct weighing *weighing, size_t which)
{
    struct gt_cause *cause = cause_at(weighing, which);
    const struct gt_study *study = weighing->study;

    if (!has_edges(cause)) return;
    mark_with(weighing, which, false);
    uint64_t without = scratch_bytes(weighing);
    cause->heap_bytes = study->live_bytes > without ? study->live_bytes - without : 0;
    cause->objects = study->live_objects - gt_bitmap_count(&weighing->scratch);
    mark_with(weighing, which, true);
    uint64_t innocent = gt_heap_bytes_of(&study->heap->graph, &weighing->innocent);
    uint64_t reached = scratch_bytes(weighing) - innocent;
    cause->shared_bytes = reached > cause->heap_bytes ? reached - cause->heap_bytes : 0;
}

static void weigh_all(struct weighing *weighing)
{
    mark_innocent(weighing);
    for (size_t i = 0; i < weighing->causes->list.len; i++)
        weigh(weighing, i);
}

static void drop_small(struct weighing *weighing)
{
    struct gt_vec *list = &weighing->causes->list;
    size_t kept = 0;

    for (size_t i = 0; i < list->len; i++) {
        struct gt_cause *cause = gt_vec_at(list, i);
        if (cause->always || gt_cause_freed(cause) >= weighing->study->min_bytes)
            memmove(gt_vec_at(list, kept++), cause, sizeof *cause);
        else
            release(cause);
    }
    list->len = kept;
}

static int by_freed(const void *a, const void *b)
{
    uint64_t left = gt_cause_freed(a), right = gt_cause_freed(b);

    return left > right ? -1 : left < right;
}

void gt_causes_weigh(const struct gt_study *study, struct gt_causes *causes, uint64_t *total_bytes,
                     uint64_t *total_objects)
{
    struct weighing weighing = {.study = study, .causes = causes};

    gt_bitmap_init(&weighing.innocent, study->heap->graph.objects);
    gt_bitmap_init(&weighing.scratch, study->heap->graph.objects);
    weigh_all(&weighing);
    drop_small(&weighing);
    mark_innocent(&weighing);
    *total_bytes = study->live_bytes - gt_heap_bytes_of(&study->heap->graph, &weighing.innocent);
    *total_objects = study->live_objects - gt_bitmap_count(&weighing.innocent);
    for (size_t i = 0; i < causes->list.len; i++)
        *total_bytes += cause_at(&weighing, i)->own_bytes + cause_at(&weighing, i)->stack_bytes;
    if (causes->list.len)
        qsort(causes->list.data, causes->list.len, sizeof(struct gt_cause), by_freed);
    gt_bitmap_free(&weighing.innocent);
    gt_bitmap_free(&weighing.scratch);
}

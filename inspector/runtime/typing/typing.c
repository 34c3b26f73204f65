/* Types come from static data, then roots, then allocation headers, and last from elimination. From
 * each, they spread to what its words lead to (spread/). */
#include "inspector/runtime/typing/typing.h"

#include "inspector/base/alloc.h"
#include "inspector/runtime/functions/closures.h"
#include "inspector/runtime/functions/dictionaries.h"
#include "inspector/runtime/goroutines/receivers.h"
#include "inspector/runtime/typing/map_shapes.h"
#include "inspector/runtime/typing/shapes.h"
#include "inspector/runtime/typing/static_areas.h"
#include "inspector/runtime/typing/typing_impl.h"
#include "inspector/runtime/typing/words.h"

#include <string.h>

/* Claims have given most objects theirs. */
static void claim_headers(struct gt_typing *typing, const struct gt_bitmap *live)
{
    const struct gt_heap *graph = &typing->heap->graph;

    for (uint32_t i = 0; i < graph->region_count; i++) {
        const struct gt_region *region = &graph->regions[i];
        if (region->scan != GT_SCAN_TILED) continue;
        for (uint32_t slot = 0; slot < region->count; slot++)
            if (gt_bit(live, region->first + slot))
                gt_settle_header(typing, &(struct gt_slot_ref){region, slot});
    }
}

/* A finalizer has the type of the pointer to its object. */
static void claim_finalized(struct gt_typing *typing, uint64_t value, uint64_t pointer)
{
    gt_type_id type = gt_types_at(typing->types, pointer);

    if (type && gt_types_get(typing->types, type)->kind == GT_T_POINTER)
        gt_claim(typing, value, gt_types_elem(typing->types, type), 1);
}

static void claim_of_special(struct gt_typing *typing, const struct gt_root *root)
{
    uint64_t pointer;

    if (root->kind == GT_ROOT_CONTENTS &&
        gt_process_field(typing->process, root->addr, GT_F_specialfinalizer_ot, &pointer))
        claim_finalized(typing, root->value, pointer);
}

static void claim_queued(struct gt_typing *typing)
{
    for (size_t i = 0; i < typing->roots->queued.len; i++) {
        const struct gt_queued_object *queued = gt_vec_at(&typing->roots->queued, i);
        claim_finalized(typing, queued->value, queued->type);
    }
}

static void claim_root(struct gt_typing *typing, size_t root)
{
    struct gt_word word;

    gt_typing_root(typing, root, &word);
    typing->names_disputed += word.disputed;
    gt_claim_word(typing, &word);
    if (word.kind == GT_W_RUNTIME) gt_claim_function(typing, word.value);
    claim_of_special(typing, gt_root_at(typing->roots, root));
}

/* Those of goroutines, or the others. */
static void claim_roots(struct gt_typing *typing, bool goroutines)
{
    for (size_t i = 0; i < typing->roots->list.len; i++)
        if (gt_root_is_goroutines(gt_root_at(typing->roots, i)) == goroutines)
            claim_root(typing, i);
}

/* Goroutines are typed even if the lists that hold them have no types. */
static void claim_goroutines(struct gt_typing *typing)
{
    gt_type_id type = gt_types_named(typing->types, "runtime.g");

    for (uint32_t i = 0; i < typing->goroutines->count; i++)
        gt_claim(typing, typing->goroutines->list[i].address, type, 1);
}

struct unreached {
    struct gt_typing *typing;
    struct gt_map_shapes *maps;
};

/* An object that nothing typed leads to may be a closure or a map. If it is neither, it may hold
 * interfaces. */
static void claim_unreached(void *ctx, uint32_t object)
{
    const struct unreached *unreached = ctx;
    struct gt_typing *typing = unreached->typing;
    uint64_t addr = gt_heap_address(&typing->heap->graph, object);

    gt_claim_function(typing, addr);
    gt_type_id map = gt_map_shape_of(unreached->maps, object);
    if (map)
        gt_claim_map(typing, addr, map);
    else
        gt_typing_words(typing, object, gt_claim_word, typing);
}

static void claim_untyped(struct gt_typing *typing, const struct gt_bitmap *live)
{
    struct unreached unreached = {typing, gt_map_shapes_create(typing->heap)};

    gt_eliminate(typing, live);
    typing->eager = true;
    gt_each_untyped(typing, live, claim_unreached, &unreached);
    gt_drain(typing);
    typing->eager = false;
    gt_claim_untyped_maps(typing, unreached.maps, live);
    gt_map_shapes_destroy(unreached.maps);
}

/* What the program can reach without its goroutines comes first, so that it is marked when its
 * words are read. */
static void claim_all_roots(struct gt_typing *typing)
{
    gt_claim_statics(typing);
    gt_drain(typing); /* roots in static data without a name get its types */
    claim_roots(typing, false);
    gt_drain(typing);
    claim_roots(typing, true);
    claim_queued(typing);
    if (!typing->process->dwarf || typing->within) claim_goroutines(typing);
    gt_drain(typing);
}

static void note_words(struct gt_typing *typing)
{
    const struct gt_heap *graph = &typing->heap->graph;

    typing->settled = gt_calloc(1, sizeof *typing->settled);
    gt_bitmap_init(&typing->settled->objects, graph->scan_objects);
    gt_bitmap_init(&typing->settled->open, graph->scan_objects);
    gt_bitmap_init(&typing->settled->whole, graph->objects);
    gt_bitmap_init(&typing->settled->half, graph->objects);
    gt_bitmap_init(&typing->settled->full, graph->scan_objects);
    gt_bitmap_init(&typing->settled->leaning, graph->scan_objects);
    gt_bitmap_init(&typing->settled->arrays, graph->scan_objects);
}

static void end_notes(struct gt_settled_words *settled)
{
    if (!settled) return;
    for (size_t word = 0; word < (settled->objects.bits + 63) / 64; word++)
        settled->objects.words[word] &= ~settled->open.words[word];
    gt_bitmap_deinit(&settled->open);
}

static void destroy_notes(struct gt_settled_words *settled)
{
    if (!settled) return;
    gt_bitmap_deinit(&settled->objects);
    gt_bitmap_deinit(&settled->open);
    gt_bitmap_deinit(&settled->whole);
    gt_bitmap_deinit(&settled->half);
    gt_bitmap_deinit(&settled->full);
    gt_bitmap_deinit(&settled->leaning);
    gt_bitmap_deinit(&settled->arrays);
    gt_free(settled);
}

/* What follows from static data and roots. `some`: the objects whose words are read; NULL: all. */
static struct gt_typing *start(const struct gt_goheap *heap, const struct gt_goroutines *goroutines,
                               const struct gt_roots *roots, const struct gt_bitmap *some,
                               struct gt_typed_mark *reach)
{
    struct gt_typing *typing = gt_calloc(1, sizeof *typing);

    *typing = (struct gt_typing){.heap = heap,
                                 .goroutines = goroutines,
                                 .roots = roots,
                                 .process = heap->process,
                                 .types = heap->process->types,
                                 .within = some,
                                 .reach = reach,
                                 .rows = gt_alloc(sizeof *typing->rows)};
    *typing->rows = GT_VEC_OF(struct gt_type_row);
    typing->plans = gt_calloc(1, sizeof *typing->plans);
    typing->shapes = gt_shapes_create(heap);
    if (!heap->process->dwarf) typing->receivers = gt_receivers_create(heap->process);
    typing->closures = gt_closures_create(heap->process, heap->graph.threads);
    typing->dictionaries = gt_dictionaries_create(heap->process);
    typing->statics = gt_static_areas_create(heap->process);
    gt_packed_init(&typing->type, heap->graph.scan_objects);
    gt_bitmap_init(&typing->pointed, heap->graph.scan_objects);
    gt_spread_open(typing);
    if (reach && reach->settles) note_words(typing);
    claim_all_roots(typing);
    end_notes(typing->settled);
    typing->reach = NULL;
    return typing;
}

/* The same with the headers that no claim led to: all that is certainly typed. */
static struct gt_typing *begin(struct gt_typing *started, const struct gt_bitmap *live)
{
    claim_headers(started, live);
    gt_drain(started);
    return started;
}

/* What is typed by elimination, last. */
static struct gt_typing *finish(struct gt_typing *typing, const struct gt_bitmap *live)
{
    gt_untyped_find(typing, live);
    claim_untyped(typing, live);
    gt_bound_slices(typing, live);
    gt_count_typed(typing, live);
    gt_bitmap_deinit(&typing->untyped);
    gt_spread_close(typing);
    return typing;
}

struct gt_typing *gt_typing_start(const struct gt_goheap *heap,
                                  const struct gt_goroutines *goroutines,
                                  const struct gt_roots *roots, struct gt_typed_mark *reach)
{
    return start(heap, goroutines, roots, NULL, reach);
}

struct gt_typing *gt_typing_create(struct gt_typing *started, const struct gt_bitmap *live)
{
    return finish(begin(started, live), live);
}

struct gt_typing *gt_typing_create_whole(struct gt_typing *started, const struct gt_bitmap *live)
{
    struct gt_typing *typing = begin(started, live);

    gt_widen_arrays(typing, live);
    return finish(typing, live);
}

struct gt_typing *gt_typing_create_of(const struct gt_goheap *heap,
                                      const struct gt_goroutines *goroutines,
                                      const struct gt_roots *roots, const struct gt_bitmap *some)
{
    return finish(begin(start(heap, goroutines, roots, some, NULL), some), some);
}

/* ---- one beginning for two ------------------------------------------------------------------ */

/* No claim waits. The copy borrows what both read alike. */
static struct gt_typing *copy_begun(const struct gt_typing *typing)
{
    struct gt_typing *copy = gt_alloc(sizeof *copy);

    *copy = *typing;
    copy->borrows = true;
    gt_packed_copy(&copy->type, &typing->type);
    gt_bitmap_init(&copy->pointed, typing->pointed.bits);
    gt_bitmap_copy(&copy->pointed, &typing->pointed);
    copy->statics = gt_static_areas_copy(typing->statics);
    gt_vec_copy(&copy->static_runs, &typing->static_runs);
    gt_map_copy(&copy->wide, &typing->wide);
    copy->grey = (struct gt_bitmap){0};
    copy->queued = NULL;
    copy->settled = NULL;
    copy->arrays = (struct gt_vec){0};
    copy->queue = NULL;
    copy->ready = NULL;
    return copy;
}

struct gt_typing *gt_typing_create_twice(struct gt_typing *started, const struct gt_bitmap *live,
                                         struct gt_typing **begun)
{
    struct gt_typing *typing = begin(started, live);

    *begun = copy_begun(typing);
    return finish(typing, live);
}

struct gt_typing *gt_typing_finish_whole(struct gt_typing *begun, const struct gt_bitmap *live)
{
    gt_spread_open(begun);
    gt_widen_arrays(begun, live);
    struct gt_typing *typing = finish(begun, live);
    gt_forget_leads(typing);
    return typing;
}

static void destroy_shared(const struct gt_typing *typing)
{
    gt_shapes_destroy(typing->shapes);
    gt_receivers_destroy(typing->receivers);
    gt_closures_destroy(typing->closures);
    gt_dictionaries_destroy(typing->dictionaries);
    gt_vec_deinit(typing->rows);
    gt_free(typing->rows);
    gt_arena_deinit(typing->plans);
    gt_free(typing->plans);
}

void gt_typing_destroy(struct gt_typing *typing)
{
    if (!typing) return;
    gt_static_areas_destroy(typing->statics);
    gt_vec_deinit(&typing->static_runs);
    gt_map_deinit(&typing->wide);
    gt_map_deinit(&typing->widest);
    gt_packed_deinit(&typing->type);
    gt_bitmap_deinit(&typing->pointed);
    destroy_notes(typing->settled);
    if (!typing->borrows) destroy_shared(typing);
    gt_free(typing);
}

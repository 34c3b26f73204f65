/* Makes what the detectors read: the live heap, its types, and the baseline mark. It is made
 * once. */
#include "inspector/api/analysis.h"
#include "inspector/base/alloc.h"
#include "inspector/detect/heap_tables/object_kinds.h"
#include "inspector/detect/holders/live_tree.h"
#include "inspector/detect/retention/baseline.h"
#include "inspector/detect/windows/dead_slots.h"
#include "inspector/detect/windows/map_lengths.h"

static void start_types(void *ctx)
{
    struct gt_heap_analysis *heap_analysis = ctx;

    heap_analysis->started =
        gt_typing_start(heap_analysis->heap, heap_analysis->goroutines, heap_analysis->roots);
}

static void mark_live(struct gt_heap_analysis *heap_analysis, bool typed)
{
    struct gt_meanwhile meanwhile = {start_types, heap_analysis};

    gt_bitmap_init(&heap_analysis->live, heap_analysis->heap->graph.objects);
    heap_analysis->baseline =
        gt_baseline_create(heap_analysis, &heap_analysis->live, typed ? &meanwhile : NULL);
    heap_analysis->live_bytes = gt_heap_bytes_of(&heap_analysis->heap->graph, &heap_analysis->live);
    heap_analysis->live_objects = gt_bitmap_count(&heap_analysis->live);
}

/* All that the collector marked must be live, except what the program dropped since. Otherwise
 * nothing is proven. */
static void compare_marks(struct gt_analysis *analysis, const struct gt_bitmap *live)
{
    struct gt_comparison comparison;
    struct gt_gcmarks marks;

    gt_gcmarks_init(&marks, analysis->heap);
    gt_analysis_compare(analysis, &marks, live, &(struct gt_compare_options){.examples = 1},
                        &comparison);
    gt_comparison_contradict(&comparison, analysis->process);
    gt_comparison_deinit(&comparison);
    gt_gcmarks_deinit(&marks);
}

static void index_samples(struct gt_heap_analysis *heap_analysis)
{
    for (size_t i = 0; i < heap_analysis->specials->list.len; i++) {
        const struct gt_special *special = gt_special_at(heap_analysis->specials, i);
        if (special->kind == GT_SPECIAL_PROFILE)
            *gt_map_put(&heap_analysis->samples, special->object, NULL) = special->words[0];
    }
}

/* `typed`: types are needed, too. They may spread meanwhile. */
static void create(struct gt_analysis *analysis, bool typed)
{
    struct gt_heap_analysis *live_heap = gt_alloc(sizeof *live_heap);

    *live_heap = (struct gt_heap_analysis){.process = analysis->process,
                                           .heap = analysis->heap,
                                           .goroutines = analysis->goroutines,
                                           .specials = analysis->specials,
                                           .roots = analysis->roots};
    typed = typed && gt_baseline_marks_beside(live_heap);
    gt_analysis_stage(analysis, typed ? "marking and typing" : "marking");
    mark_live(live_heap, typed);
    compare_marks(analysis, &live_heap->live);
    live_heap->users = gt_global_users_create(live_heap->process, live_heap->roots);
    index_samples(live_heap);
    analysis->live_heap = live_heap;
}

/* Frees the types that a document made for a part of the heap. */
static void forget_typing(struct gt_heap_analysis *live_heap)
{
    bool own = true;

    for (unsigned scope = 0; scope < GT_TYPING_SCOPES; scope++)
        if (live_heap->typing == live_heap->kept[scope]) own = false;
    if (own) gt_typing_destroy(live_heap->typing);
    live_heap->typing = NULL;
}

/* Removes what was found for an earlier document. */
static void forget_findings(struct gt_heap_analysis *live_heap)
{
    forget_typing(live_heap);
    gt_windows_destroy(live_heap);
    gt_bitmap_deinit(&live_heap->innocent);
    gt_bitmap_deinit(&live_heap->narrowed);
    gt_bitmap_deinit(&live_heap->doubtful);
    gt_dead_slots_destroy(live_heap->dead_slots);
    live_heap->dead_slots = NULL;
    gt_map_deinit(&live_heap->dead_words);
    gt_bitmap_deinit(&live_heap->dead_blocks);
}

struct gt_heap_analysis *gt_analysis_live_heap_untyped(struct gt_analysis *analysis,
                                                       struct gt_arena *storage)
{
    if (!analysis->live_heap) create(analysis, false);
    struct gt_heap_analysis *live_heap = analysis->live_heap;
    forget_findings(live_heap);
    live_heap->referrers = &live_heap->live;
    live_heap->storage = storage;
    live_heap->min_bytes = 0;
    live_heap->max_instances = 0;
    live_heap->show_data = false;
    return live_heap;
}

/* What was typed beside the mark is taken once. */
static struct gt_typing *take_started(struct gt_heap_analysis *live_heap)
{
    if (!live_heap->started) start_types(live_heap);
    struct gt_typing *started = live_heap->started;
    live_heap->started = NULL;
    return started;
}

static struct gt_typing *typing_of(struct gt_heap_analysis *live_heap, enum gt_typing_scope scope,
                                   bool both)
{
    struct gt_typing *begun = live_heap->begun;

    if (scope == GT_TYPES_FOR_QUESTIONS && begun) {
        live_heap->begun = NULL;
        return gt_typing_finish_whole(begun, &live_heap->live);
    }
    struct gt_typing *started = take_started(live_heap);
    if (scope == GT_TYPES_FOR_DETECTORS && both)
        return gt_typing_create_twice(started, &live_heap->live, &live_heap->begun);
    if (scope == GT_TYPES_FOR_QUESTIONS) return gt_typing_create_whole(started, &live_heap->live);
    return gt_typing_create(started, &live_heap->live);
}

struct gt_heap_analysis *gt_analysis_live_heap(struct gt_analysis *analysis,
                                               enum gt_typing_scope scope, struct gt_arena *storage)
{
    if (!analysis->live_heap) create(analysis, true);
    struct gt_heap_analysis *live_heap = gt_analysis_live_heap_untyped(analysis, storage);
    bool begins = !live_heap->kept[scope];
    if (begins) {
        gt_analysis_stage(analysis, "typing");
        live_heap->kept[scope] = typing_of(live_heap, scope, analysis->both_types);
    }
    live_heap->typing = live_heap->kept[scope];
    if (begins && scope == GT_TYPES_FOR_DETECTORS) gt_check_map_lengths(live_heap);
    return live_heap;
}

void gt_analysis_forget_tree(struct gt_analysis *analysis)
{
    gt_live_tree_destroy(analysis->live_heap->tree);
    gt_object_kinds_destroy(analysis->live_heap->kinds);
    analysis->live_heap->tree = NULL;
    analysis->live_heap->kinds = NULL;
}

void gt_analysis_close_live_heap(struct gt_analysis *analysis)
{
    struct gt_heap_analysis *live_heap = analysis->live_heap;

    if (!live_heap) return;
    forget_findings(live_heap);
    gt_forest_destroy(live_heap->forest);
    gt_analysis_forget_tree(analysis);
    gt_map_deinit(&live_heap->samples);
    gt_global_users_destroy(live_heap->users);
    gt_typing_destroy(live_heap->begun);
    for (unsigned scope = GT_TYPING_SCOPES; scope-- > 0;)
        gt_typing_destroy(live_heap->kept[scope]);
    gt_baseline_destroy(live_heap->baseline);
    gt_bitmap_deinit(&live_heap->live);
    gt_free(live_heap);
    analysis->live_heap = NULL;
}

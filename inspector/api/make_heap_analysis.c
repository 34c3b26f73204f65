/* Makes what the detectors read: the live heap, its types, and the baseline mark. It is made
 * once. */
#include "inspector/api/analysis.h"
#include "inspector/base/alloc.h"
#include "inspector/base/error.h"
#include "inspector/base/task.h"
#include "inspector/detect/heap_tables/object_kinds.h"
#include "inspector/detect/holders/live_tree.h"
#include "inspector/detect/retention/baseline.h"
#include "inspector/detect/windows/dead_slots.h"
#include "inspector/detect/windows/map_lengths.h"

enum { MANY_PARTS = 4 /* of the collector's marks; fewer are not worth another thread */ };

static void start_types(struct gt_heap_analysis *live_heap, struct gt_typed_mark *reach)
{
    live_heap->started =
        gt_typing_start(live_heap->heap, live_heap->goroutines, live_heap->roots, reach);
}

struct marks { /* on the heap: if this call unwinds, a task still uses it until it ends */
    struct gt_heap_analysis *live_heap;
    struct gt_gcmarks collectors;
};

/* Types spread together with the mark. */
static void type_first(void *ctx, struct gt_typed_mark *reach)
{
    start_types(ctx, reach);
}

/* Detectors ask what the words cover. */
static void type_and_settle(void *ctx, struct gt_typed_mark *reach)
{
    reach->settles = true;
    start_types(ctx, reach);
}

/* `first`: NULL if no types are needed. */
static void mark_live(struct gt_heap_analysis *live_heap, gt_before_mark_fn *first)
{
    const struct gt_heap *graph = &live_heap->heap->graph;

    gt_bitmap_init(&live_heap->live, graph->objects);
    gt_baseline_mark_live(live_heap->baseline, live_heap, &live_heap->live, first, live_heap);
    live_heap->live_bytes = gt_heap_bytes_of(graph, &live_heap->live);
    live_heap->live_objects = gt_bitmap_count(&live_heap->live);
}

/* Each thread reads a share of them. */
static struct gt_error *read_collectors(void *args)
{
    struct marks *marks = args;

    gt_gcmarks_read(&marks->collectors, marks->live_heap->heap);
    return NULL;
}

static void mark_all(struct marks *marks, gt_before_mark_fn *first)
{
    unsigned threads = marks->live_heap->heap->graph.threads;

    mark_live(marks->live_heap, first);
    gt_task_share(marks->collectors.part_count < MANY_PARTS ? 1 : threads, read_collectors, marks);
}

/* All that the collector marked must be live, except what the program dropped since. Otherwise
 * nothing is proven. */
static void compare_marks(struct gt_analysis *analysis, const struct marks *marks)
{
    struct gt_comparison comparison;

    gt_analysis_compare(analysis, &marks->collectors, &marks->live_heap->live,
                        &(struct gt_compare_options){.examples = 1}, &comparison);
    gt_comparison_contradict(&comparison, analysis->process);
    gt_comparison_deinit(&comparison);
}

static void index_samples(struct gt_heap_analysis *heap_analysis)
{
    for (size_t i = 0; i < heap_analysis->specials->list.len; i++) {
        const struct gt_special *special = gt_special_at(heap_analysis->specials, i);
        if (special->kind == GT_SPECIAL_PROFILE)
            *gt_map_put(&heap_analysis->samples, special->object, NULL) = special->words[0];
    }
}

static struct gt_heap_analysis *begin(const struct gt_analysis *analysis)
{
    struct gt_heap_analysis *live_heap = gt_alloc(sizeof *live_heap);

    *live_heap = (struct gt_heap_analysis){.process = analysis->process,
                                           .heap = analysis->heap,
                                           .goroutines = analysis->goroutines,
                                           .specials = analysis->specials,
                                           .roots = analysis->roots};
    return live_heap;
}

/* `first`: as in mark_live(). */
static void create(struct gt_analysis *analysis, gt_before_mark_fn *first)
{
    struct marks *marks = gt_calloc(1, sizeof *marks);
    struct gt_heap_analysis *live_heap = marks->live_heap = begin(analysis);

    gt_analysis_stage(analysis, first ? "marking and typing" : "marking");
    live_heap->baseline = gt_baseline_create(live_heap);
    gt_gcmarks_begin(&marks->collectors, analysis->heap);
    mark_all(marks, first);
    gt_gcmarks_end(&marks->collectors);
    gt_analysis_stage(analysis, "comparing with the collector's marks");
    compare_marks(analysis, marks);
    gt_gcmarks_deinit(&marks->collectors);
    gt_free(marks);
    live_heap->users = gt_global_users_create(live_heap->process, live_heap->roots,
                                              live_heap->heap->graph.threads);
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
    if (!analysis->live_heap) create(analysis, NULL);
    struct gt_heap_analysis *live_heap = analysis->live_heap;
    forget_findings(live_heap);
    live_heap->referrers = &live_heap->live;
    live_heap->storage = storage;
    live_heap->min_bytes = 0;
    live_heap->max_instances = 0;
    live_heap->show_data = false;
    return live_heap;
}

/* What was typed with the mark is taken once. */
static struct gt_typing *take_started(struct gt_heap_analysis *live_heap)
{
    if (!live_heap->started) start_types(live_heap, NULL);
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
    bool settles = scope == GT_TYPES_FOR_DETECTORS || analysis->both_types;

    if (!analysis->live_heap) create(analysis, settles ? type_and_settle : type_first);
    struct gt_heap_analysis *live_heap = gt_analysis_live_heap_untyped(analysis, storage);
    bool begins = !live_heap->kept[scope];
    if (begins) {
        gt_analysis_stage(analysis, live_heap->started ? "typing the rest" : "typing");
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

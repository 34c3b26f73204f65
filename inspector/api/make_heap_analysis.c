/* What the detectors look at: the live heap, its types, and the baseline mark. */
#include "inspector/api/analysis.h"
#include "inspector/detect/retention/baseline.h"
#include "inspector/detect/windows/dead_slots.h"

/* The live set: the baseline and all that it leaves out. */
static void mark_live(struct gt_heap_analysis *heap_analysis)
{
    heap_analysis->baseline = gt_baseline_create(heap_analysis);
    gt_bitmap_init(&heap_analysis->live, heap_analysis->heap->graph.objects);
    gt_baseline_mark_without(heap_analysis, GT_LEFT_OUT, &heap_analysis->live);
    heap_analysis->live_bytes = gt_heap_bytes_of(&heap_analysis->heap->graph, &heap_analysis->live);
    heap_analysis->live_objects = gt_bitmap_count(&heap_analysis->live);
}

static void index_samples(struct gt_heap_analysis *heap_analysis)
{
    for (size_t i = 0; i < heap_analysis->specials->list.len; i++) {
        const struct gt_special *special = gt_special_at(heap_analysis->specials, i);
        if (special->kind == GT_SPECIAL_PROFILE)
            *gt_map_put(&heap_analysis->samples, special->object, NULL) = special->words[0];
    }
}

void gt_heap_analysis_init_untyped(struct gt_heap_analysis *heap_analysis,
                                   const struct gt_analysis *analysis, struct gt_arena *storage)
{
    *heap_analysis = (struct gt_heap_analysis){.process = analysis->process,
                                               .heap = analysis->heap,
                                               .goroutines = analysis->goroutines,
                                               .specials = analysis->specials,
                                               .roots = analysis->roots,
                                               .storage = storage};
    gt_analysis_stage(analysis, "marking");
    mark_live(heap_analysis);
    heap_analysis->users = gt_global_users_create(heap_analysis->process, heap_analysis->roots);
    gt_bitmap_init(&heap_analysis->referrers, heap_analysis->heap->graph.objects);
    gt_bitmap_copy(&heap_analysis->referrers, &heap_analysis->live);
    index_samples(heap_analysis);
}

void gt_heap_analysis_init(struct gt_heap_analysis *heap_analysis,
                           const struct gt_analysis *analysis, struct gt_arena *storage)
{
    gt_heap_analysis_init_untyped(heap_analysis, analysis, storage);
    gt_analysis_stage(analysis, "typing");
    heap_analysis->typing = gt_typing_create(heap_analysis->heap, heap_analysis->goroutines,
                                             heap_analysis->roots, &heap_analysis->live);
}

void gt_heap_analysis_deinit(struct gt_heap_analysis *heap_analysis)
{
    gt_forest_destroy(heap_analysis->forest);
    gt_windows_forget(heap_analysis);
    gt_bitmap_deinit(&heap_analysis->innocent);
    gt_bitmap_deinit(&heap_analysis->referrers);
    gt_bitmap_deinit(&heap_analysis->doubtful);
    gt_map_deinit(&heap_analysis->samples);
    gt_dead_slots_destroy(heap_analysis->dead_slots);
    gt_map_deinit(&heap_analysis->dead_words);
    gt_global_users_destroy(heap_analysis->users);
    gt_typing_destroy(heap_analysis->typing);
    gt_baseline_destroy(heap_analysis->baseline, heap_analysis);
    gt_bitmap_deinit(&heap_analysis->live);
}

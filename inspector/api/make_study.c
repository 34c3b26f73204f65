/* The study that detectors look at: the live heap, its types, and what is contested in it. */
#include "inspector/api/analysis.h"
#include "inspector/detect/retention/contest.h"
#include "inspector/detect/windows/windows.h"

/* The live set: the base and all that was contested. */
static void mark_live(struct gt_study *study)
{
    study->contest = gt_contest_create(study);
    gt_bitmap_init(&study->live, study->heap->graph.objects);
    gt_contest_mark_without(study, GT_CONTESTED, &study->live);
    study->live_bytes = gt_heap_bytes_of(&study->heap->graph, &study->live);
    study->live_objects = gt_bitmap_count(&study->live);
}

static void index_samples(struct gt_study *study)
{
    for (size_t i = 0; i < study->specials->list.len; i++) {
        const struct gt_special *special = gt_special_at(study->specials, i);
        if (special->kind == GT_SPECIAL_PROFILE)
            *gt_map_put(&study->samples, special->object, NULL) = special->words[0];
    }
}

void gt_study_begin_untyped(struct gt_study *study, const struct gt_analysis *analysis,
                            struct gt_arena *storage)
{
    *study = (struct gt_study){.process = analysis->process,
                               .heap = analysis->heap,
                               .goroutines = analysis->goroutines,
                               .specials = analysis->specials,
                               .roots = analysis->roots,
                               .storage = storage};
    gt_analysis_stage(analysis, "marking");
    mark_live(study);
    study->users = gt_global_users_create(study->process, study->roots);
    gt_bitmap_init(&study->holders, study->heap->graph.objects);
    gt_bitmap_copy(&study->holders, &study->live);
    index_samples(study);
}

void gt_study_begin(struct gt_study *study, const struct gt_analysis *analysis,
                    struct gt_arena *storage)
{
    gt_study_begin_untyped(study, analysis, storage);
    gt_analysis_stage(analysis, "typing");
    study->typing = gt_typing_create(study->heap, study->goroutines, study->roots, &study->live);
}

void gt_study_end(struct gt_study *study)
{
    if (study->has_forest) gt_forest_deinit(&study->forest);
    gt_windows_forget(study);
    gt_bitmap_free(&study->innocent);
    gt_bitmap_free(&study->holders);
    gt_bitmap_free(&study->doubtful);
    gt_map_free(&study->samples);
    gt_map_free(&study->dead_words);
    gt_global_users_free(study->users);
    gt_typing_free(study->typing);
    gt_contest_free(study->contest, study);
    gt_bitmap_free(&study->live);
}

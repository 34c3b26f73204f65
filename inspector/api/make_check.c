/* `check`: gotopsy's live set held against the collector's own marks. */
#include "inspector/api/analysis.h"
#include "inspector/base/alloc.h"
#include "inspector/runtime/compare.h"

#include <stdlib.h>

static void fill_difference(struct gt_check *check, const uint64_t *by_reason, uint64_t bytes,
                            struct gt_difference *out)
{
    struct gt_count *reasons = gt_arena_alloc(check->storage, GT_REASONS * sizeof *reasons);

    out->bytes = bytes;
    out->explained = reasons;
    for (int i = 0; i < GT_REASONS; i++) {
        out->objects += by_reason[i];
        if (by_reason[i] && i != GT_REASON_NONE)
            reasons[out->explained_count++] =
                (struct gt_count){gt_reason_name((enum gt_reason)i), by_reason[i]};
    }
}

static enum gt_verdict verdict(const struct gt_comparison *comparison, const struct gt_check *check)
{
    if (comparison->only_gc[GT_REASON_NONE] || comparison->only_own[GT_REASON_NONE])
        return GT_DIFFERS;
    return check->only_gc.objects || check->only_own.objects ? GT_EXPLAINED : GT_EXACT;
}

static void fill(struct gt_check *check, const struct gt_comparison *comparison)
{
    size_t size = comparison->examples.len * sizeof(uint64_t);
    uint64_t *examples = gt_arena_alloc(check->storage, size);

    check->gc_objects = comparison->gc_objects;
    check->gc_bytes = comparison->gc_bytes;
    check->own_objects = comparison->own_objects;
    check->own_bytes = comparison->own_bytes;
    check->unjudged_objects = comparison->unjudged;
    fill_difference(check, comparison->only_gc, comparison->only_gc_bytes, &check->only_gc);
    fill_difference(check, comparison->only_own, comparison->only_own_bytes, &check->only_own);
    if (size) memcpy(examples, comparison->examples.data, size);
    check->examples = examples;
    check->example_count = comparison->examples.len;
    check->verdict = verdict(comparison, check);
}

struct gt_error *gt_check_make(struct gt_analysis *analysis, struct gt_check **out)
{
    struct gt_error *error = gt_analysis_heap(analysis);
    struct gt_comparison comparison;
    struct gt_gcmarks marks;

    if (error) return error;
    gt_analysis_stage(analysis, "comparing with the collector's marks");
    gt_gcmarks_init(&marks, analysis->heap);
    gt_compare(analysis->heap, analysis->goroutines, analysis->roots, analysis->specials, &marks,
               &comparison);
    gt_gcmarks_deinit(&marks);
    struct gt_check *check = gt_calloc(1, sizeof *check);
    check->storage = gt_calloc(1, sizeof *check->storage);
    fill(check, &comparison);
    gt_comparison_deinit(&comparison);
    *out = check;
    return NULL;
}

void gt_check_free(struct gt_check *check)
{
    if (!check) return;
    gt_arena_free(check->storage);
    free(check->storage);
    free(check);
}

/* One fixpoint with all blocked goroutines as candidates. Its mark starts without them, without
 * stopped timers, and without the handles of weak pointers. */
#include "inspector/detect/hanging/hanging.h"

#include "inspector/base/alloc.h"
#include "inspector/detect/hanging/fixpoint.h"

bool *gt_hanging_find(struct gt_heap_analysis *analysis)
{
    struct gt_fixpoint fixpoint;
    struct gt_exclusion without;
    uint32_t count = analysis->goroutines->count;
    bool *hangs = gt_calloc(count, sizeof *hangs);

    if (gt_fixpoint_is_empty(analysis)) return hangs;
    gt_exclusion_init(&without, analysis);
    for (int kind = GT_BLOCKED; kind < GT_LEFT_OUT; kind++)
        gt_exclusion_add(&without, analysis, &analysis->baseline->edges[kind]);
    gt_fixpoint_init(&fixpoint, analysis, analysis->baseline->blocks, &without);
    gt_baseline_mark(analysis, &without, &fixpoint.marked);
    gt_fixpoint_reach(&fixpoint);
    for (uint32_t i = 0; i < count; i++)
        hangs[i] = fixpoint.asleep[i] && analysis->goroutines->list[i].id != GT_MAIN_GOROUTINE;
    gt_fixpoint_deinit(&fixpoint);
    gt_exclusion_deinit(&without);
    return hangs;
}

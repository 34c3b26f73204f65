#include "inspector/detect/hanging/hanging.h"

#include "inspector/base/alloc.h"
#include "inspector/detect/hanging/fixpoint.h"

bool *gt_hanging_find(struct gt_study *study)
{
    struct gt_fixpoint fixpoint;
    uint32_t count = study->goroutines->count;
    bool *hangs = gt_alloc(count * sizeof *hangs);

    gt_fixpoint_init(&fixpoint, study, study->contest->blocks);
    for (int kind = GT_BLOCKED; kind < GT_CONTESTED; kind++)
        gt_absence_take(&fixpoint.without, study, &study->contest->edges[kind]);
    gt_contest_mark(study, &fixpoint.without, &fixpoint.marked);
    gt_fixpoint_reach(&fixpoint);
    for (uint32_t i = 0; i < count; i++)
        hangs[i] = fixpoint.asleep[i] && study->goroutines->list[i].id != GT_MAIN_GOROUTINE;
    gt_fixpoint_deinit(&fixpoint);
    return hangs;
}

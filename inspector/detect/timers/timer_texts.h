/*
 * The words of a finding about timers: its title, its advice, its doubt, and each timer.
 */
#ifndef GT_DETECT_TIMER_TEXTS_H
#define GT_DETECT_TIMER_TEXTS_H

#include "inspector/detect/describe/group.h"
#include "inspector/detect/describe/makers.h"
#include "inspector/detect/describe/path.h"
#include "inspector/detect/retention/cause.h"
#include "inspector/detect/timers/timer_judge.h"

enum gt_timer_sort {
    GT_TICKERS_LOST,
    GT_ONE_SHOTS,
    GT_AFTER_FUNCS,
    GT_DEADLINES,
    GT_TICKERS_WATCHED,
    GT_TIMER_SORTS
};

struct gt_timer_describer {
    struct gt_heap_analysis *analysis;
    const struct gt_timer_judge *judge;
    struct gt_keys keys;
    uint64_t latest;                       /* the latest time stamp in the core */
    struct gt_makers made[GT_TIMER_SORTS]; /* by code; found once */
    bool asked[GT_TIMER_SORTS];
};

void gt_timer_describer_init(struct gt_timer_describer *describer,
                             struct gt_heap_analysis *analysis, const struct gt_timer_judge *judge);
void gt_timer_describer_deinit(struct gt_timer_describer *describer);

/* Fills the cause's words and instances. The members are one group with one verdict. */
void gt_timers_describe(struct gt_timer_describer *describer, enum gt_verdict_of_timer verdict,
                        const struct gt_member *members, size_t count, struct gt_cause *cause);

#endif

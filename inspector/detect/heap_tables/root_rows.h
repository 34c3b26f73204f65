/*
 * What groups of roots are called: their kind, and a name that a person knows them by.
 */
#ifndef GT_DETECT_HEAP_TABLES_ROOT_ROWS_H
#define GT_DETECT_HEAP_TABLES_ROOT_ROWS_H

#include "inspector/detect/heap_tables/heap_tables.h"
#include "inspector/detect/holders/root_groups.h"

struct gt_root_label {
    const char *kind, *name; /* of the analysis's storage, or static */
    gt_type_id type;         /* of the variable; GT_NO_TYPE when unknown */
    int64_t words;
};

struct gt_root_label gt_root_label_of(const struct gt_heap_analysis *analysis,
                                      const struct gt_root_groups *groups, uint32_t group);

/* Of what the timer heaps lead to, and of what several groups lead to. */
extern const struct gt_root_label gt_timer_label, gt_several_label;

/* Live objects with roots in groups; both borrowed from the caller, who ends them. */
void gt_dominators_of_groups(const struct gt_heap_analysis *analysis, struct gt_root_groups *groups,
                             struct gt_dominators *tree);

#endif

/*
 * Labels of groups of roots: their kind, and a name that people know.
 */
#ifndef GT_DETECT_HEAP_TABLES_ROOT_ROWS_H
#define GT_DETECT_HEAP_TABLES_ROOT_ROWS_H

#include "inspector/detect/heap_tables/heap_tables.h"
#include "inspector/detect/holders/live_tree.h"

struct gt_root_label {
    enum gt_row_kind kind;
    const char *name; /* in the analysis's storage, or static */
    gt_type_id type;  /* of the variable; GT_NO_TYPE when unknown */
    int64_t words;
};

struct gt_root_label gt_root_label_of(const struct gt_heap_analysis *analysis,
                                      const struct gt_root_groups *groups, uint32_t group);

/* Labels of what the timer heaps lead to, and of what several groups lead to. */
extern const struct gt_root_label gt_timer_label, gt_several_label;

#endif

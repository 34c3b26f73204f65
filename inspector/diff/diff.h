/*
 * What grew between two cores, from the reports and tables of both.
 *
 * The module reads no heap: it matches names. So cores of one process, of two runs, and of two
 * versions of a program are compared in the same way.
 */
#ifndef GT_DIFF_DIFF_H
#define GT_DIFF_DIFF_H

#include "inspector/base/arena.h"

#include "gotopsy.h"

/* The documents of one core. NULL tables are left out. */
struct gt_diff_side {
    struct gt_report *report;
    struct gt_heap_table *tables[GT_HEAP_BYS];
};

/* Fills the sections and notes of a diff, whose storage is set. */
void gt_diff_fill(const struct gt_diff_side *older, const struct gt_diff_side *newer,
                  const struct gt_diff_options *options, struct gt_diff *diff);

/* The table that a section is made of; GT_HEAP_BYS: it is made of the report. */
enum gt_heap_by gt_growth_table(enum gt_growth_of what);

#endif

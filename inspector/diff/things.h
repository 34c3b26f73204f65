/*
 * Parts of a report or a table that can be matched with those of another core.
 *
 * Invariant: keys and names consist of names only. A title contains counts, and addresses change
 * from run to run: neither is part of a key. A holder is reached by many paths, of which each
 * core's report has one. So a holder of the newer core gets the path of the older core's that it
 * matches: by the path; in one process also by the address; or since both are the only ones of
 * their name and type.
 */
#ifndef GT_DIFF_THINGS_H
#define GT_DIFF_THINGS_H

#include "inspector/diff/pairs.h"

/* Each function adds all parts of its kind. */
void gt_things_findings(struct gt_pairs *pairs, bool newer, const struct gt_report *report);
void gt_things_goroutines(struct gt_pairs *pairs, bool newer, const struct gt_report *report);
void gt_things_holders(struct gt_pairs *pairs, const struct gt_report *older,
                       const struct gt_report *newer, bool one_process);
void gt_things_rows(struct gt_pairs *pairs, bool newer, const struct gt_heap_table *table);

#endif

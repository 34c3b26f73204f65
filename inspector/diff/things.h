/*
 * What a report or a table tells of, as things that can be found again in another core.
 *
 * Invariant: keys and names are made of names alone. A title has counts in it, and an address is
 * chance: neither is part of a key.
 */
#ifndef GT_DIFF_THINGS_H
#define GT_DIFF_THINGS_H

#include "inspector/diff/pairs.h"

/* Each adds all of its kind. */
void gt_things_findings(struct gt_pairs *pairs, bool newer, const struct gt_report *report);
void gt_things_holders(struct gt_pairs *pairs, bool newer, const struct gt_report *report);
void gt_things_goroutines(struct gt_pairs *pairs, bool newer, const struct gt_report *report);
void gt_things_rows(struct gt_pairs *pairs, bool newer, const struct gt_heap_table *table);

#endif

/*
 * Changes of counts and bytes in readable form.
 */
#ifndef GT_REPORT_CHANGES_H
#define GT_REPORT_CHANGES_H

#include "gotopsy.h"
#include "inspector/report/units.h"

struct gt_amount gt_change_bytes(uint64_t from, uint64_t to); /* "+1.5 MiB", "-3 KiB", "0 B" */
struct gt_amount gt_change_count(uint64_t from, uint64_t to); /* "+1,204" */

/* "9.4 MiB a minute" for a growth; "" when there is none, or the time is not known. */
struct gt_amount gt_change_rate(uint64_t from, uint64_t to, int64_t elapsed_ns);

/* "one process, 12m apart", "two processes" */
struct gt_amount gt_change_span(const struct gt_diff *diff);

/* The heading for the rows of a section: "types". The unit that the rows count: "objects". */
const char *gt_growth_unit(enum gt_growth_of what);

#endif

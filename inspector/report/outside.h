/*
 * What goroutines wait for that no other gives, as `waits` tells it: a group for a terminal, and as
 * JSON.
 */
#ifndef GT_REPORT_OUTSIDE_H
#define GT_REPORT_OUTSIDE_H

#include "inspector/report/json_values.h"
#include "inspector/report/page.h"

void gt_page_outside(struct gt_page *page, const struct gt_report *process,
                     const struct gt_outside_group *group);
json_t *gt_json_outside(const struct gt_outside_group *group); /* a new reference, or NULL */

#endif

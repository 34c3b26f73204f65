/* What goroutines wait for that no other gives, as `waits` tells it: a group for a terminal. */
#ifndef GT_TEXT_OUTSIDE_H
#define GT_TEXT_OUTSIDE_H

#include "inspector/report/text/page.h"

void gt_page_outside(struct gt_page *page, const struct gt_report *process,
                     const struct gt_outside_group *group);

#endif

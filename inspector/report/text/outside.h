/* A group of goroutines that wait for something outside, for a terminal, as in `waits`. */
#ifndef GT_TEXT_OUTSIDE_H
#define GT_TEXT_OUTSIDE_H

#include "inspector/report/text/page.h"

void gt_page_outside(struct gt_page *page, const struct gt_report *process,
                     const struct gt_outside_group *group);

#endif

/*
 * The blocks that were not analysed, and the spare capacity that was set aside: one line each in
 * the summary, and a list.
 */
#ifndef GT_TEXT_UNJUDGED_H
#define GT_TEXT_UNJUDGED_H

#include "inspector/base/str.h"
#include "inspector/report/text/page.h"

/* "1.2 MiB in 3 blocks: unsafe.Pointer in main.arena.base (2 blocks, 1.0 MiB), ..." */
void gt_say_undecided(struct gt_str *to, const struct gt_report *report);
/* "16.0 MiB of spare capacity: 16 blocks kept for reuse by bytes.Buffer, held by global main.x" */
void gt_say_set_aside(struct gt_str *to, const struct gt_report *report);

/* Are so many bytes not analysed that a finding of this kind may be among them? */
bool gt_may_be_missed(const struct gt_report *report, enum gt_kind kind);

/* Every row with its path; nothing when there are none. */
void gt_page_unjudged(struct gt_page *page, const struct gt_report *report);

#endif

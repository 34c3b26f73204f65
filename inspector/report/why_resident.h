/*
 * Why a process takes much more memory than its live heap: one sentence that names the other parts,
 * the largest first. There is no sentence if there is nothing to explain.
 */
#ifndef GT_REPORT_WHY_RESIDENT_H
#define GT_REPORT_WHY_RESIDENT_H

#include "gotopsy.h"
#include "inspector/base/str.h"

/* "52 MiB of memory is resident, 2.6 times the live heap: 19 MiB garbage that waits for ..." */
void gt_say_why_resident(struct gt_str *to, const struct gt_report *report);

/* "GOGC=100, GOMEMLIMIT=1.0 GiB: the next collection ends at a heap of 46.2 MiB" */
void gt_say_pacing(struct gt_str *to, const struct gt_pacing *pacing);

#endif

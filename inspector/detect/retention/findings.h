/*
 * Findings: weighed causes, in the form of the report.
 *
 * Proof needs the whole heap and all its roots, a core that does not contradict itself, and the
 * binary that made it. If one of them is missing, nothing is proven. Only this module takes proof
 * back, whatever detector found the cause.
 */
#ifndef GT_DETECT_FINDINGS_H
#define GT_DETECT_FINDINGS_H

#include "inspector/detect/retention/cause.h"

/* Fills the report's findings, and the sums of smaller ones, after gt_causes_weigh(). */
void gt_findings_fill(const struct gt_heap_analysis *analysis, const struct gt_causes *causes,
                      struct gt_report *report);

#endif

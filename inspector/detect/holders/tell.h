/*
 * The largest holders of the live heap, as a report tells them.
 */
#ifndef GT_DETECT_HOLDERS_TELL_H
#define GT_DETECT_HOLDERS_TELL_H

#include "inspector/detect/study.h"

/* Fills the report's holders: those that keep 5% of the live heap, or the study's min_bytes where
 * that is more. */
void gt_holders_tell(struct gt_study *study, struct gt_report *report);

#endif

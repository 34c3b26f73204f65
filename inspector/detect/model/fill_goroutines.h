/*
 * The goroutines of a report: those at one place for one reason are a group.
 */
#ifndef GT_DETECT_FILL_GOROUTINES_H
#define GT_DETECT_FILL_GOROUTINES_H

#include "inspector/detect/model/source.h"

/* Of the options, which may be NULL, those of gt_report_create_goroutines() that are about groups
 * count. */
void gt_fill_goroutines(const struct gt_source_process *source,
                        const struct gt_report_options *options, struct gt_report *report);

#endif

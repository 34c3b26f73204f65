/*
 * The goroutines of a report. Those at one place with one reason are a group.
 */
#ifndef GT_DETECT_FILL_GOROUTINES_H
#define GT_DETECT_FILL_GOROUTINES_H

#include "inspector/detect/model/source.h"

/* `options` may be NULL. Of them only those about groups are used, as in
 * gt_report_create_goroutines(). */
void gt_fill_goroutines(const struct gt_source_process *source,
                        const struct gt_report_options *options, struct gt_report *report);

#endif

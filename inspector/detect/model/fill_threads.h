/*
 * The threads of a report: what each does, and for which goroutine.
 */
#ifndef GT_DETECT_FILL_THREADS_H
#define GT_DETECT_FILL_THREADS_H

#include "inspector/detect/model/source.h"

void gt_fill_threads(const struct gt_source_process *source, struct gt_report *report);

#endif

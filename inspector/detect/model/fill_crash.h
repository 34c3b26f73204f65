/*
 * How the process was ended: the signal, the fatal error and the panics.
 */
#ifndef GT_DETECT_FILL_CRASH_H
#define GT_DETECT_FILL_CRASH_H

#include "inspector/detect/model/source.h"

/* Call it after the goroutines are filled in: it moves the goroutine that died to the front. */
void gt_fill_crash(const struct gt_source_process *source, bool show_data,
                   struct gt_report *report);

#endif

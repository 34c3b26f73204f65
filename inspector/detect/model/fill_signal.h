/* For the report: the signal that ended the process, and the thread that it hit. */
#ifndef GT_DETECT_FILL_SIGNAL_H
#define GT_DETECT_FILL_SIGNAL_H

#include "inspector/detect/model/source.h"
#include "inspector/runtime/goroutines/death.h"

void gt_fill_signal(const struct gt_source_process *source, const struct gt_death *death,
                    struct gt_report *report);

#endif

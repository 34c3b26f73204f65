/* The report's account of the signal that ended the process, and of the thread that it hit. */
#ifndef GT_API_MAKE_SIGNAL_H
#define GT_API_MAKE_SIGNAL_H

#include "inspector/api/analysis.h"
#include "inspector/runtime/goroutines/death.h"

void gt_fill_signal(const struct gt_analysis *analysis, const struct gt_death *death,
                    struct gt_report *report);

#endif

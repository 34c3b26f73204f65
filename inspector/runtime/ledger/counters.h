/*
 * What the runtime itself counts of its memory, as runtime.ReadMemStats tells it (mstats.go), and
 * how it paces its collector (mgcpacer.go). A number is GT_UNKNOWN where this program or the core
 * lacks it. Threads that ran may have changed one count and not yet another.
 */
#ifndef GT_RUNTIME_COUNTERS_H
#define GT_RUNTIME_COUNTERS_H

#include "inspector/runtime/process/process.h"

void gt_counters_read(const struct gt_process *process, struct gt_counters *out);
void gt_pacing_read(const struct gt_process *process, struct gt_pacing *out);

#endif

/*
 * The runtime's own counters of its memory, as in runtime.ReadMemStats (mstats.go), and the
 * settings of its collector (mgcpacer.go). A number is GT_UNKNOWN if this program or the core lacks
 * it. Running threads may have changed one counter and not yet another.
 */
#ifndef GT_RUNTIME_COUNTERS_H
#define GT_RUNTIME_COUNTERS_H

#include "inspector/runtime/process/process.h"

void gt_counters_read(const struct gt_process *process, struct gt_counters *out);
void gt_pacing_read(const struct gt_process *process, struct gt_pacing *out);

#endif

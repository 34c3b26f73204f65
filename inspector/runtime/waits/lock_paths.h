/*
 * The call of RLock from which code comes to a call of Lock or RLock, without an RUnlock between.
 *
 * The order of calls in the code does not show it: what follows a return is on another path. So the
 * flow of control is followed.
 */
#ifndef GT_RUNTIME_LOCK_PATHS_H
#define GT_RUNTIME_LOCK_PATHS_H

#include "inspector/runtime/waits/lock_sites.h"

/* The address of that call, for the call that returns to `pc`; 0 if there is none. Counted are
 * calls for the RWMutex at `lock`, if the code refers to it; else those for one that may lie
 * `distance` bytes behind what a variable points to. */
uint64_t gt_reads_before(struct gt_lock_sites *sites, uint64_t pc, uint64_t lock,
                         uint64_t distance);

#endif

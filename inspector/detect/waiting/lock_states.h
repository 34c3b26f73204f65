/*
 * The state of a lock that is waited for: held, taken by an unknown owner, or held by nobody.
 *
 * The lock's own state says whether it is locked. "Held by nobody" is reported when no live
 * goroutine is between Lock and Unlock: none has a deferred call that unlocks it, and none has a
 * frame whose code locked it or unlocks it next. A goroutine whose code has locked something that
 * its frames do not identify counts as its owner if it reaches the lock.
 */
#ifndef GT_DETECT_LOCK_STATES_H
#define GT_DETECT_LOCK_STATES_H

#include "inspector/detect/waiting/lock_owners.h"
#include "inspector/detect/waiting/wakers.h"

/* The state of the lock that a goroutine waits for. If `wakers` is NULL, paths to the lock are not
 * searched, so GT_LOCK_LEFT is found less often. */
enum gt_lock_state gt_lock_state_of(const struct gt_lock_owners *owners, struct gt_wakers *wakers,
                                    uint32_t goroutine);

/* The number of locks that are GT_LOCK_LEFT without wakers. */
uint64_t gt_locks_left(const struct gt_lock_owners *owners);

#endif

/*
 * The state of a lock that is waited for: held, taken by somebody unknown, or held by nobody.
 *
 * A lock's own state says that it is locked. That no live goroutine holds it is said when none of
 * them is seen to be between Lock and Unlock: none has a deferred call that unlocks it, none a
 * frame whose code locked it or unlocks it next. A goroutine whose code has locked something, of
 * which frames do not tell what, counts as its owner if it reaches the lock.
 */
#ifndef GT_DETECT_LOCK_STATES_H
#define GT_DETECT_LOCK_STATES_H

#include "inspector/detect/waiting/lock_owners.h"
#include "inspector/detect/waiting/wakers.h"

/* Of the lock that a goroutine waits for. `wakers` NULL: it is not looked at who reaches it, so
 * GT_LOCK_LEFT is found less often. */
enum gt_lock_state gt_lock_state_of(const struct gt_lock_owners *owners, struct gt_wakers *wakers,
                                    uint32_t goroutine);

/* How many locks are found to be GT_LOCK_LEFT without wakers. */
uint64_t gt_locks_left(const struct gt_lock_owners *owners);

#endif

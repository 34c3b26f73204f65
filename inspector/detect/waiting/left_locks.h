/*
 * Goroutines that wait for a lock that is locked and that no live goroutine holds (lock_states.h).
 *
 * Others may reach the lock, and so may unlock it, but no frame of theirs shows that. A lock that
 * is handed on is like that, too, so a crowd must wait for it.
 */
#ifndef GT_DETECT_LEFT_LOCKS_H
#define GT_DETECT_LEFT_LOCKS_H

#include "inspector/detect/heap_analysis.h"

/* Keeps in `waiters`, by goroutine, those that wait for such a lock. */
void gt_left_locks_keep(struct gt_heap_analysis *analysis, bool *waiters);

#endif

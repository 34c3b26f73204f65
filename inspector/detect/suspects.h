/*
 * Goroutines that look as if they hang, and do not by proof: many at one site, blocked for much
 * longer than what waits alike, on what only they reach. A timer, a finalizer or a cleanup may
 * still lead there, and end it; a person must judge.
 *
 * What only time ends is none: a sleep, or a wait for timers alone. Nor is what somebody else
 * reaches, as the channel of an idle pool. The median is of all that wait for the same reason,
 * those judged included, so that a program that is idle as a whole has no suspects.
 */
#ifndef GT_DETECT_SUSPECTS_H
#define GT_DETECT_SUSPECTS_H

#include "inspector/detect/contest.h"

enum { GT_MANY_GOROUTINES = 100 }; /* of one site */

/* By goroutine: is it one of so many? `hangs` tells those by proof, which are none. Where no
 * collection saw how long they wait, that is said in the coverage. The caller frees it. */
bool *gt_suspects_find(const struct gt_study *study, const bool *hangs);

#endif

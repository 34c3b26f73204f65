/*
 * Which goroutines, timers and globals could wake a group of goroutines: those that reach what one
 * of the group waits for. They are found once for the group.
 *
 * Some cannot be the ones that wake it and are left out: the goroutines of the group, those that
 * wait for the same object, and timers that lead there only through much else. They are reported if
 * nobody else is found.
 */
#ifndef GT_DETECT_GROUP_WAKERS_H
#define GT_DETECT_GROUP_WAKERS_H

#include "inspector/detect/describe/group.h"
#include "inspector/detect/waiting/wakers.h"

/* Fills the wakers of `waiting`, by its first member. `hangs` is by goroutine. */
void gt_wakers_describe(struct gt_wakers *wakers, const bool *hangs,
                        const struct gt_member *members, size_t count, struct gt_waiting *waiting);

#endif

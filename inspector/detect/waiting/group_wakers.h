/*
 * Who could wake a group of goroutines, told once for the group: who reaches what one of them waits
 * for.
 *
 * Left out are those who cannot be the ones that wake it: the goroutines of the group itself, those
 * who wait for the same thing, and timers that only lead there by way of much else. What is left
 * out is said when nobody else is found.
 */
#ifndef GT_DETECT_GROUP_WAKERS_H
#define GT_DETECT_GROUP_WAKERS_H

#include "inspector/detect/describe/group.h"
#include "inspector/detect/waiting/wakers.h"

/* Fills the wakers of `waiting`, by its first member. `hangs` is by goroutine. */
void gt_wakers_describe(struct gt_wakers *wakers, const bool *hangs,
                        const struct gt_member *members, size_t count, struct gt_waiting *waiting);

#endif

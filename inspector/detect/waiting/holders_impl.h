/*
 * What holders.c and hold_signs.c share. Private to those two.
 */
#ifndef GT_DETECT_HOLDERS_IMPL_H
#define GT_DETECT_HOLDERS_IMPL_H

#include "inspector/detect/waiting/holders.h"

/* The first thing that may hold addr or lies after it. */
uint32_t gt_first_thing(const struct gt_holders *holders, uint64_t addr);

/* The thing that holds addr; GT_NO_THING when none does. */
uint32_t gt_thing_at(const struct gt_holders *holders, uint64_t addr);

/* Of struct gt_holding: by thing and goroutine, what speaks the most first. */
int gt_holding_order(const void *a, const void *b);

/* Fills the list, from all goroutines of the program, or from those alone who wait for things. */
void gt_holders_seek(struct gt_holders *holders, bool waiters);

#endif

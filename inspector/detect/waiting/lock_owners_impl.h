/*
 * What lock_owners.c and lock_evidence.c share. Private to these two files.
 */
#ifndef GT_DETECT_LOCK_OWNERS_IMPL_H
#define GT_DETECT_LOCK_OWNERS_IMPL_H

#include "inspector/detect/waiting/lock_owners.h"

/* The first object that contains addr or begins after it. */
uint32_t gt_first_thing(const struct gt_lock_owners *owners, uint64_t addr);

/* The object that contains addr; GT_NO_THING when none does. */
uint32_t gt_thing_at(const struct gt_lock_owners *owners, uint64_t addr);

/* Orders struct gt_ownership by object and goroutine, the strongest evidence first. */
int gt_ownership_order(const void *a, const void *b);

/* Fills the list from all goroutines of the program, or only from those that wait for such
 * objects. */
void gt_lock_owners_find(struct gt_lock_owners *owners, bool waiters);

#endif

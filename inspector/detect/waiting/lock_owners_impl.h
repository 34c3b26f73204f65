/*
 * What lock_owners.c and lock_evidence.c share. Private to these two files.
 */
#ifndef GT_DETECT_LOCK_OWNERS_IMPL_H
#define GT_DETECT_LOCK_OWNERS_IMPL_H

#include "inspector/detect/waiting/lock_owners.h"
#include "inspector/runtime/waits/lock_sites.h"

/* The first object that contains addr or begins after it. */
uint32_t gt_first_thing(const struct gt_lock_owners *owners, uint64_t addr);

/* The object that contains addr; GT_NO_THING when none does. */
uint32_t gt_thing_at(const struct gt_lock_owners *owners, uint64_t addr);

/* A goroutine that waits to write may read already, by the code of the frame that waits: then it is
 * an owner. */
void gt_ask_reader(const struct gt_lock_owners *owners, struct gt_lock_sites *sites,
                   struct gt_ownership *ownership);

/* Orders struct gt_ownership by object and goroutine, the strongest evidence first. */
int gt_ownership_order(const void *a, const void *b);

/* Fills the list from all goroutines of the program, or only from those that wait for such
 * objects. */
void gt_lock_owners_find(struct gt_lock_owners *owners, bool waiters);

#endif

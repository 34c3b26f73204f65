/*
 * Where a function locks and unlocks, according to its code and its table of inlined calls.
 *
 * Go does not record the owner of a mutex. A frame that is after a call of Lock and before any call
 * of Unlock shows that its goroutine holds one; the frame's other words show which. A site has its
 * mutex only if the code refers to it by address, as it does for package-level mutexes.
 *
 * Code is not decoded. Calls are recognized by the address that they would lead to, and data by
 * what could be an operand (unwind/references.h). A function is read once, when it is asked for.
 */
#ifndef GT_RUNTIME_LOCK_SITES_H
#define GT_RUNTIME_LOCK_SITES_H

#include "inspector/runtime/process/process.h"

struct gt_lock_site {
    uint64_t from, to;  /* the inlined call's code, or the call instruction */
    uint64_t target;    /* the lock; 0 when it is not in the code */
    bool unlocks;       /* Unlock, RUnlock or Done; else Lock or RLock */
    bool reads, counts; /* RLock, RUnlock; Done */
};

struct gt_lock_sites;

struct gt_lock_sites *gt_lock_sites_create(const struct gt_process *process);
void gt_lock_sites_destroy(struct gt_lock_sites *sites); /* NULL is allowed */
const struct gt_process *gt_lock_sites_process(const struct gt_lock_sites *sites);

/* The sites of the function at pc, in the order of its code; valid until the next call. */
const struct gt_lock_site *gt_lock_sites_of(struct gt_lock_sites *sites, uint64_t pc,
                                            size_t *count);

/* The same, for the function that begins at `entry`; none if none does. */
const struct gt_lock_site *gt_lock_sites_at(struct gt_lock_sites *sites, uint64_t entry,
                                            size_t *count);

#endif

/*
 * Where a function locks and unlocks, according to its code and its table of inlined calls.
 *
 * Go records nowhere who holds a mutex. A frame that is after a call of Lock and before any call of
 * Unlock says that its goroutine holds one; the frame's other words say which. A site knows its
 * mutex only where the code refers to it by address, as it does with package-level ones.
 *
 * Code is not decoded. Calls are recognized by the address that they would lead to, and data by
 * what could be an operand (unwind/references.h). A function is read once, when it is asked for.
 */
#ifndef GT_RUNTIME_LOCK_SITES_H
#define GT_RUNTIME_LOCK_SITES_H

#include "inspector/runtime/process/process.h"

struct gt_lock_site {
    uint64_t from, to;  /* the inlined call's code, or the call instruction */
    uint64_t target;    /* what it locks; 0 when that is not in the code */
    bool unlocks;       /* Unlock, RUnlock or Done; else Lock or RLock */
    bool reads, counts; /* RLock, RUnlock; Done */
};

struct gt_lock_sites;

struct gt_lock_sites *gt_lock_sites_create(const struct gt_process *process);
void gt_lock_sites_destroy(struct gt_lock_sites *sites); /* NULL is allowed */

/* Those of the function at pc, in the order of its code; they are good until the next call. */
const struct gt_lock_site *gt_lock_sites_of(struct gt_lock_sites *sites, uint64_t pc,
                                            size_t *count);

/* The same, of the function that begins there; none when none does. */
const struct gt_lock_site *gt_lock_sites_at(struct gt_lock_sites *sites, uint64_t entry,
                                            size_t *count);

#endif

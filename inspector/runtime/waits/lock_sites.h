/*
 * Where a function locks and unlocks, as its code and its table of inlined calls say.
 *
 * Go notes nowhere who holds a mutex. That a frame stands behind a call of Lock and before any of
 * Unlock says that it does, once its other words say which mutex. A site knows its mutex only where
 * the code refers to it by address, as it does with package-level ones.
 *
 * Code is not decoded: calls are found by where they would lead, and data by what could be an
 * operand (unwind/references.h). Functions are read once, when they are asked for.
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

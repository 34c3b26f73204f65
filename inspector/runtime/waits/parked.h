/*
 * What a parked goroutine waits for, when only its stack shows it: a condition, a coroutine or a
 * file.
 *
 * The runtime does not write them into the g (a condition only since 1.26), but a frame holds the
 * address. Every word of the stack is tried. Invariant: what a word leads to must point back to the
 * goroutine, so a stale word is never an answer. A sync.Cond's notify list holds the goroutine's
 * sudog (runtime/sema.go, notifyListWait), a coro its g (runtime/coro.go, coroswitch). A pollDesc
 * holds the g too, and its own address (runtime/netpoll.go, netpollblock).
 */
#ifndef GT_RUNTIME_PARKED_H
#define GT_RUNTIME_PARKED_H

#include "inspector/base/hash.h"
#include "inspector/runtime/goroutines/goroutines.h"

struct gt_parked {         /* zeroed: nothing was read */
    struct gt_map lists;   /* addresses that were tried as notify lists */
    struct gt_map waiters; /* g -> the notify list that it is in */
    uint64_t steps;        /* along lists; bounds damaged chains */
};

void gt_parked_deinit(struct gt_parked *parked);

/* The notify list or the coro that a waiting goroutine is parked on; 0 when its stack does not have
 * it. */
uint64_t gt_parked_on_condition(struct gt_parked *parked, const struct gt_process *process,
                                const struct gt_goroutine *g);
uint64_t gt_parked_on_coroutine(const struct gt_process *process, const struct gt_goroutine *g);

struct gt_poll {      /* IO that a goroutine waits for */
    uint64_t address; /* of the pollDesc, which is not in the heap; 0: not on the stack */
    bool writes;      /* it waits to write or to be connected; else to read or to accept */
};

struct gt_poll gt_parked_on_poll(const struct gt_process *process, const struct gt_goroutine *g);

#endif

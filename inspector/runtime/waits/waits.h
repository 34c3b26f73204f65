/*
 * What a blocked goroutine waits for: channels, semaphores, condition variables, or nothing that
 * could ever come (runtime/runtime2.go, sudog; sema.go).
 *
 * The runtime's name of the wait reason decides. A goroutine whose wait leads to no known object is
 * GT_WAIT_OTHER: as far as the core shows, it may run again.
 */
#ifndef GT_RUNTIME_WAITS_H
#define GT_RUNTIME_WAITS_H

#include "inspector/base/arena.h"
#include "inspector/base/numbers.h"
#include "inspector/runtime/waits/parked.h"

enum gt_wait_kind {
    GT_WAIT_OTHER,   /* IO, sleep, a timer, the runtime itself, or not known */
    GT_WAIT_NEVER,   /* a nil channel or select {}: nothing can wake it */
    GT_WAIT_CHANNEL, /* one channel, or several by select */
    GT_WAIT_SYNC,    /* a semaphore (mutex, wait group) or a condition's list */
    GT_WAIT_CORO,    /* a coroutine (iter.Pull), until its holder resumes it */
};

struct gt_addresses { /* in the storage of the waits */
    const uint64_t *at;
    size_t len;
};

struct gt_wait {
    enum gt_wait_kind kind;
    enum gt_thing_kind what;          /* channel, semaphore, condition, coroutine; or none */
    struct gt_addresses objects;      /* what it waits for */
    struct gt_addresses hidden_words; /* the words by which the wait itself leads there */
};

struct gt_waits {
    struct gt_process *process;
    const struct gt_goroutines *goroutines;
    struct gt_map semaphores; /* g -> sudog in runtime.semtable, where g.waiting has none */
    struct gt_parked parked;
    struct gt_u64s objects, hidden_words; /* of the wait that is being read */
    struct gt_arena storage;              /* of all waits that were found */
    uint8_t *sync_rows;                   /* by same_place: filled by blocked.h */
};

void gt_waits_init(struct gt_waits *waits, struct gt_process *process,
                   const struct gt_goroutines *goroutines);
void gt_waits_deinit(struct gt_waits *waits);

/* Fills `wait`, which lives as long as `waits`. */
void gt_waits_find(struct gt_waits *waits, const struct gt_goroutine *g, struct gt_wait *wait);

/* The same for a durable wait in a synctest bubble. The bubble's clock may end it, so it proves
 * nothing. False when it is no durable wait; `wait` is then unchanged. */
bool gt_waits_find_durable(struct gt_waits *waits, const struct gt_goroutine *g,
                           struct gt_wait *wait);

/* Is a channel only ever closed? Its elements have no size, it has no buffer, and nobody sends. */
bool gt_channel_is_only_closed(const struct gt_process *process, uint64_t channel);

/* About how long it has waited, as Go reports it, in nanoseconds. The wait is counted from the end
 * of the collection before the one that first saw it wait (runtime/mgcmark.go stores work.tstart,
 * which mgc.go's gcMark sets at a cycle's end), up to the latest time stamp in the core. So it is
 * too long by at most the time between two collections. GT_UNKNOWN when no collection saw it. */
int64_t gt_wait_ns(const struct gt_goroutine *g, uint64_t latest);

/* How much longer a sleeping goroutine sleeps, counted from `now`; GT_UNKNOWN when its timer cannot
 * be read. Nanoseconds, 0 when it is due. */
int64_t gt_sleep_due(const struct gt_process *process, const struct gt_goroutine *g, uint64_t now);

/* The latest nanotime in the core. */
uint64_t gt_latest_time(const struct gt_process *process, const struct gt_goroutines *goroutines);

#endif

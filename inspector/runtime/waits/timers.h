/*
 * Timers in the heaps of the Ps and of synctest's bubbles (runtime/time.go). There are two designs:
 * p.timers is a slice of *timer up to 1.22, and of timerWhen pairs since; bubbles have the newer
 * one. Timers that were stopped but are still in a heap have a list of their own: the runtime
 * follows them only to remove them. The lists own their tables.
 */
#ifndef GT_RUNTIME_TIMERS_H
#define GT_RUNTIME_TIMERS_H

#include "inspector/base/numbers.h"
#include "inspector/runtime/goroutines/goroutines.h"
#include "inspector/runtime/process/process.h"

enum gt_timer_kind {
    GT_TIMER_TICKER, /* time.sendTime with a period */
    GT_TIMER_TIMER,  /* time.sendTime without a period */
    GT_TIMER_FUNC,   /* time.AfterFunc */
    GT_TIMER_OTHER,  /* sleep, network deadlines, the runtime's own */
};

struct gt_timer {
    uint64_t address;   /* of the runtime.timer */
    uint64_t heap_word; /* address of the word in the timer heap that keeps it */
    uint64_t period;
    uint64_t when;     /* when it fires next, by its clock */
    uint64_t bubble;   /* the synctest bubble whose clock it uses; 0: none */
    uint64_t callback; /* a funcval */
    uint64_t arg;      /* the data word of timer.arg: a channel's hchan or a func */
    enum gt_timer_kind kind;
    bool detached; /* the channel does not keep it out of the heap: asynctimerchan=1, Go <= 1.22 */
};

struct gt_timers {
    struct gt_vec list;     /* struct gt_timer */
    struct gt_u64s stopped; /* the heap words of the stopped timers */
};

void gt_timers_init(struct gt_process *process, const struct gt_goroutines *goroutines,
                    struct gt_timers *timers);
void gt_timers_deinit(struct gt_timers *timers);

/* The kind of the runtime.timer at an address; GT_TIMER_OTHER if there is none. */
enum gt_timer_kind gt_timer_kind_at(const struct gt_process *process, uint64_t address);

/* The nanoseconds until it fires, from the time `latest` on, or by its bubble's own clock; 0 when
 * it is due, GT_UNKNOWN when that time is not known. */
int64_t gt_timer_due(const struct gt_process *process, const struct gt_timer *timer,
                     uint64_t latest);

#endif

/*
 * Judges each timer in the timer heaps: whether it is in use, and if not, what it alone keeps.
 *
 * A ticker or a one-shot timer is in use when anything but the timer heaps reaches its Timer or its
 * channel. A ticker that only its watchers reach (watchers.h) is not. A timer of time.AfterFunc is
 * in use when anything but timers reaches its Timer. It is also in use when its function works on
 * what others reach and keeps little itself: an entry's expiry that nobody stops is normal. The
 * deadline of a context is also in use when others have the context's Done channel. That a parent
 * keeps the context, to cancel it, does not count.
 *
 * The judge owns its tables and borrows the analysis.
 */
#ifndef GT_DETECT_TIMER_JUDGE_H
#define GT_DETECT_TIMER_JUDGE_H

#include "inspector/detect/hanging/watchers.h"
#include "inspector/detect/retention/beyond.h"
#include "inspector/detect/timers/timer_links.h"

enum gt_verdict_of_timer {
    GT_TIMER_IN_USE,
    GT_TIMER_ABANDONED, /* only timers reach it and what it keeps */
    GT_TIMER_WATCHED,   /* only goroutines that wait for nothing else reach it */
};

struct gt_timer_judge {
    const struct gt_heap_analysis *analysis;
    struct gt_timer_links links;
    uint64_t done;            /* offset of a context's Done channel; 0 when it is not known */
    struct gt_bitmap reached; /* what is live without timers and without what parents of contexts
                               * keep */
    struct gt_beyond alone;   /* what that lacks */
    struct gt_watchers watchers;
    struct gt_beyond watched; /* what is live only through watchers */
};

void gt_timer_judge_init(struct gt_timer_judge *judge, const struct gt_heap_analysis *analysis);
void gt_timer_judge_deinit(struct gt_timer_judge *judge);

/* Each timer is judged once, since it takes what it keeps. `*bytes` gets those bytes. For a watched
 * ticker they are without the ticker itself. */
enum gt_verdict_of_timer gt_timer_judge(struct gt_timer_judge *judge, uint32_t number,
                                        uint64_t *bytes);

/* Does anything but timers reach it? */
bool gt_timer_is_referenced(const struct gt_timer_judge *judge, const struct gt_timer *timer);

static inline const struct gt_timer *gt_timer_at(const struct gt_timer_judge *judge,
                                                 uint32_t number)
{
    return gt_vec_at(&judge->analysis->baseline->timers.list, number);
}

#endif

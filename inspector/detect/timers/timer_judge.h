/*
 * Judges each timer in the timer heaps: is it in use, and if not, what does it alone keep?
 *
 * A ticker or a one-shot timer is in use when anything but the timer heaps reaches its Timer or its
 * channel; or, of a ticker, when only its watchers do (watchers.h). A timer of time.AfterFunc is in
 * use when anything but timers reaches its Timer, and when its function works on what others reach
 * and keeps little beside: an entry's expiry that is never to be stopped is normal. The deadline of
 * a context is in use, too, when others have the context's Done channel; that a parent keeps the
 * context, to cancel it with itself, does not count.
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
    uint64_t done;            /* where a context has its Done channel; 0 when that is not known */
    struct gt_bitmap reached; /* live without timers and without what parents of contexts keep */
    struct gt_beyond alone;   /* what that leaves out */
    struct gt_watchers watchers;
    struct gt_beyond watched; /* what is live by watchers alone */
};

void gt_timer_judge_init(struct gt_timer_judge *judge, const struct gt_heap_analysis *analysis);
void gt_timer_judge_deinit(struct gt_timer_judge *judge);

/* Each timer is judged once: what it keeps is taken. `*bytes` gets that, less, for one that is
 * watched, the ticker itself. */
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

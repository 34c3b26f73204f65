/*
 * Watchers: goroutines that wait for the ticks of a ticker, and for nothing else. Those that wait
 * for more are judged by what could still answer them (abandoned.h).
 *
 * One watcher looks the same as a ticker in good use, so only a site with many watchers is judged.
 * A watcher is taken off the list when something live, other than the watchers themselves and the
 * timer heaps, reaches its ticker. What it holds then counts as live, and so on until nothing
 * changes.
 *
 * The watchers own their tables and borrow the analysis.
 */
#ifndef GT_DETECT_WATCHERS_H
#define GT_DETECT_WATCHERS_H

#include "inspector/detect/retention/baseline.h"

struct gt_watch { /* a goroutine that receives from a ticker's channel */
    uint32_t timer, goroutine;
};

struct gt_watchers {
    struct gt_vec list;       /* struct gt_watch, by timer: those of sites with many watchers */
    struct gt_bitmap reached; /* what is live without the watchers and without timers */
};

void gt_watchers_init(struct gt_watchers *watchers, const struct gt_heap_analysis *analysis);
void gt_watchers_deinit(struct gt_watchers *watchers);

/* The watchers of a timer, `*count` of them; none when it is in good use. */
const struct gt_watch *gt_watchers_of(const struct gt_watchers *watchers, uint32_t timer,
                                      size_t *count);

#endif

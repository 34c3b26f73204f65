/*
 * What waits behind a goroutine of the runtime that runs functions of the program: the queue of
 * finalizers, which one goroutine runs, or the queue of cleanups, if one goroutine alone runs them.
 *
 * As long as that goroutine blocks, nothing of its queue runs: what the queue keeps is the
 * goroutine's, and can wake nobody. The backlog belongs to the baseline.
 */
#ifndef GT_DETECT_BACKLOG_H
#define GT_DETECT_BACKLOG_H

#include "inspector/base/numbers.h"
#include "inspector/detect/heap_analysis.h"

enum gt_queue { GT_FINALIZERS, GT_CLEANUPS, GT_QUEUES };

struct gt_backlog {
    uint32_t server[GT_QUEUES]; /* the goroutine; analysis->goroutines->count: none, or several */
    struct gt_u32s roots[GT_QUEUES]; /* numbers of roots */
};

void gt_backlog_init(struct gt_backlog *backlog, const struct gt_heap_analysis *analysis);
void gt_backlog_deinit(struct gt_backlog *backlog);

/* The roots of the queue that a goroutine runs; NULL when it runs none. */
const struct gt_u32s *gt_backlog_of(const struct gt_backlog *backlog, uint32_t goroutine);

/* "299 finalizers": the number that wait behind the one that runs; *what gets the kind. */
size_t gt_backlog_waiting(const struct gt_backlog *backlog, const struct gt_heap_analysis *analysis,
                          uint32_t goroutine, const char **what);

#endif

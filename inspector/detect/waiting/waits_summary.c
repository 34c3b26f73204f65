/* Counts the circles of goroutines that wait for each other's locks, and the stuck goroutines in no
 * circle. */
#include "inspector/detect/waiting/waits_summary.h"

#include "inspector/base/alloc.h"
#include "inspector/detect/retention/baseline.h"
#include "inspector/detect/waiting/deadlocks.h"
#include "inspector/detect/waiting/lock_states.h"

/* With more goroutines, only those that wait for a lock are searched, since all their stacks would
 * be read again. */
enum { MAX_READ = 10000 };

static bool waits_for_lock(const struct gt_heap_analysis *analysis)
{
    for (uint32_t i = 0; i < analysis->goroutines->count; i++)
        if (analysis->baseline->wait[i].kind == GT_WAIT_SYNC &&
            !analysis->goroutines->list[i].system)
            return true;
    return false;
}

static void count_circle(void *ctx, const uint32_t *goroutines, size_t count)
{
    struct gt_report *report = ctx;

    (void)goroutines;
    report->waits.deadlocks++;
    report->waits.deadlocked += count;
}

/* Stuck goroutines that are on no circle wait for one that is. */
static uint64_t count_stuck(const struct gt_deadlocks *deadlocks)
{
    uint64_t count = 0;

    for (uint32_t i = 0; i < deadlocks->analysis->goroutines->count; i++)
        count += deadlocks->stuck[i] && gt_class_of(deadlocks, i);
    return count;
}

void gt_waits_summarize(struct gt_heap_analysis *analysis, struct gt_report *report)
{
    struct gt_deadlocks deadlocks;

    report->waits.all = true;
    if (!waits_for_lock(analysis)) return;
    bool *hangs = gt_calloc((size_t)analysis->goroutines->count + 1, sizeof *hangs);
    report->waits.all = analysis->goroutines->count <= MAX_READ;
    gt_deadlocks_init_locks(&deadlocks, analysis, hangs, !report->waits.all);
    gt_deadlocks_circles(&deadlocks, count_circle, report);
    uint64_t stuck = count_stuck(&deadlocks);
    if (report->waits.deadlocks && stuck > report->waits.deadlocked)
        report->waits.behind = stuck - report->waits.deadlocked;
    report->waits.locks_left = gt_locks_left(&deadlocks.owners);
    gt_deadlocks_deinit(&deadlocks);
    gt_free(hangs);
}

/* Joins each segment to the run before it, in one pass in order of address. A binary search over
 * the runs' ends finds an address. */
#include "inspector/runtime/ledger/runs.h"

#include "inspector/base/search.h"

static bool goes_on(const struct gt_vec *runs, const struct gt_segment *segment)
{
    if (!runs->len) return false;
    const struct gt_run_of_segments *last = gt_vec_at(runs, runs->len - 1);
    return last->end == segment->start && last->flags == segment->flags;
}

struct gt_vec gt_runs_of_segments(const struct gt_core *core)
{
    struct gt_vec runs = GT_VEC_OF(struct gt_run_of_segments);
    size_t count;
    const struct gt_segment *segments = gt_core_segments(core, &count);

    for (size_t i = 0; i < count; i++) {
        struct gt_run_of_segments run = {segments[i].start, segments[i].end, segments[i].flags};
        if (goes_on(&runs, &segments[i]))
            ((struct gt_run_of_segments *)gt_vec_at(&runs, runs.len - 1))->end = run.end;
        else
            gt_vec_add(&runs, &run);
    }
    return runs;
}

static uint64_t end_of(const void *runs, size_t index)
{
    return ((const struct gt_run_of_segments *)gt_vec_at(runs, index))->end;
}

const struct gt_run_of_segments *gt_run_at(const struct gt_vec *runs, uint64_t addr)
{
    size_t i = gt_upper_bound(runs, 0, runs->len, addr, end_of);
    const struct gt_run_of_segments *run = i < runs->len ? gt_vec_at(runs, i) : NULL;

    return run && run->start <= addr ? run : NULL;
}

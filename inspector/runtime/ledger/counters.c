/* Adds up fields of memstats and gcController as runtime.ReadMemStats does. A counter in heapStats
 * is the sum of its changes in three generations. */
#include "inspector/runtime/ledger/counters.h"

#include "inspector/base/error.h"

enum { GENERATIONS = 3 }; /* consistentHeapStats.stats */

static bool global_at(const struct gt_process *process, const char *name, uint64_t *addr)
{
    struct gt_error *error = gt_process_global(process, name, addr);

    gt_error_destroy(error);
    return !error;
}

/* A value that is impossible as a count is unknown. */
static int64_t count_at(const struct gt_process *process, uint64_t addr, enum gt_field_id field)
{
    uint64_t value;

    return gt_process_field(process, addr, field, &value) && value <= INT64_MAX ? (int64_t)value
                                                                                : GT_UNKNOWN;
}

/* A sum of known numbers that exceeds the range of sizes is damage, and unknown. */
static int64_t sum(int64_t a, int64_t b)
{
    return a == GT_UNKNOWN || b == GT_UNKNOWN || a > INT64_MAX - b ? GT_UNKNOWN : a + b;
}

/* The sum of three generations of changes, of which each may be negative. */
static int64_t changes(const struct gt_process *process, uint64_t memstats, enum gt_field_id field)
{
    const struct gt_layout *layout = &process->layout;
    uint64_t total = 0, value;

    if (!gt_has(layout, GT_F_mstats_heapStats) || !layout->size[GT_S_heapStatsDelta])
        return GT_UNKNOWN;
    uint64_t at = memstats + gt_off(layout, GT_F_mstats_heapStats);
    for (uint64_t i = 0; i < GENERATIONS; i++) {
        if (!gt_process_field(process, at + i * layout->size[GT_S_heapStatsDelta], field, &value))
            return GT_UNKNOWN;
        total += value;
    }
    return total <= INT64_MAX ? (int64_t)total : GT_UNKNOWN;
}

static void read_stats(const struct gt_process *process, uint64_t at, struct gt_counters *out)
{
    int64_t bits = changes(process, at, GT_F_heapStatsDelta_inPtrScalarBits);
    int64_t misc = count_at(process, at, GT_F_mstats_gcMiscSys);

    out->stack_in_use = changes(process, at, GT_F_heapStatsDelta_inStacks);
    out->stack_sys = sum(out->stack_in_use, count_at(process, at, GT_F_mstats_stacks_sys));
    out->mspan_sys = count_at(process, at, GT_F_mstats_mspan_sys);
    out->mcache_sys = count_at(process, at, GT_F_mstats_mcache_sys);
    out->buck_hash_sys = count_at(process, at, GT_F_mstats_buckhash_sys);
    out->gc_sys = sum(misc, changes(process, at, GT_F_heapStatsDelta_inWorkBufs));
    if (bits != GT_UNKNOWN) out->gc_sys = sum(out->gc_sys, bits);
    out->other_sys = count_at(process, at, GT_F_mstats_other_sys);
}

static void read_heap(const struct gt_process *process, uint64_t at, struct gt_counters *out)
{
    out->heap_in_use = count_at(process, at, GT_F_gcController_heapInUse);
    out->heap_released = count_at(process, at, GT_F_gcController_heapReleased);
    out->heap_idle = sum(count_at(process, at, GT_F_gcController_heapFree), out->heap_released);
    out->heap_sys = sum(out->heap_in_use, out->heap_idle);
}

void gt_counters_read(const struct gt_process *process, struct gt_counters *out)
{
    uint64_t addr;

    *out =
        (struct gt_counters){GT_UNKNOWN, GT_UNKNOWN, GT_UNKNOWN, GT_UNKNOWN, GT_UNKNOWN, GT_UNKNOWN,
                             GT_UNKNOWN, GT_UNKNOWN, GT_UNKNOWN, GT_UNKNOWN, GT_UNKNOWN};
    if (global_at(process, "runtime.memstats", &addr)) read_stats(process, addr, out);
    if (global_at(process, "runtime.gcController", &addr)) read_heap(process, addr, out);
}

/* GOGC=off is -1, no memory limit is the largest number. */
void gt_pacing_read(const struct gt_process *process, struct gt_pacing *out)
{
    uint64_t addr, percent;

    *out = (struct gt_pacing){GT_UNKNOWN, GT_UNKNOWN, GT_UNKNOWN, GT_UNKNOWN, GT_UNKNOWN};
    if (!global_at(process, "runtime.gcController", &addr)) return;
    if (gt_process_field(process, addr, GT_F_gcController_gcPercent, &percent))
        out->gogc = (int32_t)percent;
    out->memory_limit = count_at(process, addr, GT_F_gcController_memoryLimit);
    out->heap_goal = count_at(process, addr, GT_F_gcController_goal);
    out->heap_live = count_at(process, addr, GT_F_gcController_heapLive);
    out->heap_marked = count_at(process, addr, GT_F_gcController_heapMarked);
}

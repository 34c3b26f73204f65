/*
 * The heap profile at the time of the core: the samples of allocations that the runtime has
 * counted.
 *
 * A bucket is a stack and a size; runtime.mbuckets lists all of them (runtime/mprof.go). A record
 * is what runtime.MemProfile would have returned for one bucket when the core was taken: the counts
 * as of the last completed mark, including those of that cycle that were not flushed yet. Before
 * the first such cycle it has all counts. Numbers are of samples, not scaled. The list owns its
 * table.
 */
#ifndef GT_RUNTIME_HEAP_PROFILE_H
#define GT_RUNTIME_HEAP_PROFILE_H

#include "inspector/runtime/process/process.h"

enum { GT_PROFILE_DEPTH = 1024 }; /* runtime.maxProfStackDepth */

struct gt_profile_record {
    uint64_t bucket; /* its address */
    uint64_t depth;  /* of its stack */
    uint64_t allocs, frees, alloc_bytes, free_bytes;
};

struct gt_heap_profile {
    struct gt_vec records; /* struct gt_profile_record */
    int64_t rate;          /* runtime.MemProfileRate; GT_UNKNOWN: it could not be found */
};

void gt_heap_profile_init(struct gt_heap_profile *profile, const struct gt_process *process);
void gt_heap_profile_deinit(struct gt_heap_profile *profile);

/* The stack of a record, as runtime.Callers gives it: `pcs` has room for its depth. */
bool gt_profile_stack(const struct gt_process *process, const struct gt_profile_record *record,
                      uint64_t *pcs);

/* Scales a count of samples and their bytes to an estimate of all (runtime/pprof,
 * scaleHeapSample). */
void gt_profile_scale(int64_t rate, uint64_t *count, uint64_t *bytes);

#endif

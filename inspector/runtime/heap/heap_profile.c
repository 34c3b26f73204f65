/* From the runtime's buckets to the records of a heap profile. */
#include "inspector/runtime/heap/heap_profile.h"

#include "inspector/base/error.h"
#include "inspector/base/loop.h"

#include <math.h>

enum {
    FUTURES = 3, /* the cycles of a memRecord whose counts wait to become active */
    CYCLES = 1 + FUTURES,
    COUNTS = 4, /* allocs, frees, alloc_bytes, free_bytes; 1.27 keeps the first two */
};

struct counts {
    uint64_t word[COUNTS];
};

struct reader {
    const struct gt_process *process;
    uint64_t words;  /* words of a cycle */
    uint32_t future; /* the cycle whose counts may not have been added to the active ones yet */
    bool clear;      /* no cycle has ended yet */
};

/* ---- variables ----------------------------------------------------------------------------- */

static bool global(const struct gt_process *process, const char *name, uint64_t *addr)
{
    struct gt_error *error = gt_process_global(process, name, addr);

    gt_error_destroy(error);
    return !error;
}

static int64_t read_rate(const struct gt_process *process)
{
    uint64_t addr, rate;

    if (!global(process, "runtime.MemProfileRate", &addr) ||
        !gt_mem_u64(process->mem, addr, &rate) || rate > INT64_MAX)
        return GT_UNKNOWN;
    return (int64_t)rate;
}

/* mProfCycleHolder: the cycle, and in the lowest bit whether it was flushed. */
static uint32_t read_cycle(const struct gt_process *process)
{
    uint64_t addr;
    uint32_t value = 0;

    if (global(process, "runtime.mProfCycle", &addr)) gt_mem_u32(process->mem, addr, &value);
    return value >> 1;
}

/* ---- buckets ------------------------------------------------------------------------------- */

/* Adds the counts of one cycle of a bucket; cycle 0 is the active one. */
static void add_cycle(const struct reader *reader, const struct gt_profile_record *record,
                      uint64_t cycle, struct counts *counts)
{
    uint64_t addr = record->bucket + reader->process->layout.size[GT_S_bucket] +
                    (record->depth + cycle * reader->words) * 8;
    uint64_t word;

    for (uint64_t i = 0; i < reader->words && i < COUNTS; i++)
        if (gt_mem_u64(reader->process->mem, addr + i * 8, &word)) counts->word[i] += word;
}

/* False for more than any program allocates: then the record is damaged, and is left out. */
static bool is_possible(const struct gt_profile_record *record)
{
    const uint64_t most = (uint64_t)1 << 60;

    return record->frees <= record->allocs && record->free_bytes <= record->alloc_bytes &&
           record->allocs <= most && record->alloc_bytes <= most;
}

/* Where bytes are not counted, all allocations of a bucket have its size. */
static void fill_record(const struct reader *reader, struct gt_profile_record *record)
{
    struct counts counts = {0};
    uint64_t size = 0;

    add_cycle(reader, record, 0, &counts);
    for (uint32_t i = 0; i < FUTURES; i++)
        if (reader->clear || i == reader->future) add_cycle(reader, record, 1 + i, &counts);
    record->allocs = counts.word[0];
    record->frees = counts.word[1];
    gt_process_field(reader->process, record->bucket, GT_F_bucket_size, &size);
    record->alloc_bytes = reader->words < COUNTS ? record->allocs * size : counts.word[2];
    record->free_bytes = reader->words < COUNTS ? record->frees * size : counts.word[3];
    if (!is_possible(record))
        record->allocs = record->frees = record->alloc_bytes = record->free_bytes = 0;
}

static void find_buckets(const struct gt_process *process, struct gt_vec *records)
{
    uint64_t addr, bucket = 0;
    struct gt_loop loop = {0};

    if (global(process, "runtime.mbuckets", &addr)) gt_mem_u64(process->mem, addr, &bucket);
    while (bucket && !gt_loop_closed(&loop, bucket)) {
        struct gt_profile_record record = {.bucket = bucket};
        if (!gt_process_field(process, bucket, GT_F_bucket_nstk, &record.depth) ||
            record.depth > GT_PROFILE_DEPTH)
            return;
        gt_vec_add(records, &record);
        if (!gt_process_field(process, bucket, GT_F_bucket_allnext, &bucket)) return;
    }
}

/* Do all buckets lack active counts? Then no cycle has ended; memProfileInternal concludes the
 * same. */
static bool is_clear(const struct reader *reader, const struct gt_vec *records)
{
    for (size_t i = 0; i < records->len; i++) {
        struct counts counts = {0};
        const struct gt_profile_record *record = gt_vec_at(records, i);
        add_cycle(reader, record, 0, &counts);
        add_cycle(reader, record, 1 + reader->future, &counts);
        if (counts.word[0] || counts.word[1]) return false;
    }
    return true;
}

void gt_heap_profile_init(struct gt_heap_profile *profile, const struct gt_process *process)
{
    struct reader reader = {.process = process,
                            .words = process->layout.size[GT_S_memRecord] / CYCLES / 8,
                            .future = read_cycle(process) % FUTURES};

    *profile = (struct gt_heap_profile){GT_VEC_OF(struct gt_profile_record), read_rate(process)};
    find_buckets(process, &profile->records);
    reader.clear = is_clear(&reader, &profile->records);
    for (size_t i = 0; i < profile->records.len; i++)
        fill_record(&reader, gt_vec_at(&profile->records, i));
}

void gt_heap_profile_deinit(struct gt_heap_profile *profile)
{
    gt_vec_deinit(&profile->records);
}

bool gt_profile_stack(const struct gt_process *process, const struct gt_profile_record *record,
                      uint64_t *pcs)
{
    return gt_mem_read(process->mem, record->bucket + process->layout.size[GT_S_bucket], pcs,
                       record->depth * sizeof *pcs);
}

static uint64_t estimate(double value)
{
    return value < (double)INT64_MAX ? (uint64_t)value : (uint64_t)INT64_MAX;
}

void gt_profile_scale(int64_t rate, uint64_t *count, uint64_t *bytes)
{
    if (*count == 0 || *bytes == 0) {
        *count = *bytes = 0;
        return;
    }
    if (rate <= 1) return;
    double average = (double)*bytes / (double)*count;
    double scale = 1 / (1 - exp(-average / (double)rate));
    *count = estimate((double)*count * scale);
    *bytes = estimate((double)*bytes * scale);
}

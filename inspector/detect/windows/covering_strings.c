/* Each thread takes the next part, and sets bits of its own. They are joined at the end. */
#include "inspector/detect/windows/covering_strings.h"

#include "inspector/base/alloc.h"
#include "inspector/base/error.h"
#include "inspector/base/task.h"

#include <stdatomic.h>

enum {
    MANY_PARTS = 4, /* fewer are not worth another thread */
    MOST_HELPERS = 15,
};

bool gt_string_covers_half(const struct gt_heap *heap, const struct gt_region *region,
                           uint64_t value, uint64_t len, struct gt_bitmap *half)
{
    uint32_t slot = region->scan == GT_SCAN_NONE ? gt_region_slot(region, value) : UINT32_MAX;

    if (slot >= region->count) return false;
    uint32_t object = region->first + slot;
    struct gt_window_target target = gt_window_target_in(region, object);
    uint64_t offset = value - target.start;
    bool covers = offset < target.size && len <= target.size - offset && len >= target.size - len;
    if (covers && gt_bit(&heap->allocated, object)) gt_bit_set(half, object);
    return covers;
}

struct worker {
    struct work *work;
    struct gt_bitmap half;
    struct gt_task *task;
};

struct work { /* on the heap: if this call unwinds, tasks still use it until they end */
    const struct gt_heap_analysis *analysis;
    struct gt_vec parts; /* struct gt_string_part */
    atomic_size_t next;
    struct gt_bitmap rest;
    struct worker helpers[MOST_HELPERS];
};

/* A pointer to no heap object means nothing here. */
static bool settle(void *ctx, uint64_t value, uint64_t len)
{
    struct worker *worker = ctx;
    const struct gt_heap *heap = &worker->work->analysis->heap->graph;
    const struct gt_region *region = gt_heap_region(heap, value);

    return !region || gt_string_covers_half(heap, region, value, len, &worker->half);
}

static struct gt_error *run(void *args)
{
    struct worker *worker = args;
    struct work *work = worker->work;

    for (;;) {
        size_t next = atomic_fetch_add(&work->next, 1);
        if (next >= work->parts.len) return NULL;
        gt_typing_strings(work->analysis->typing, &work->analysis->live,
                          gt_vec_at(&work->parts, next), settle, worker, &work->rest);
    }
}

static void join(struct worker *worker, struct gt_bitmap *half)
{
    gt_error_destroy(gt_task_wait(worker->task));
    for (size_t i = 0; i < (half->bits + 63) / 64; i++)
        half->words[i] |= worker->half.words[i];
    gt_bitmap_deinit(&worker->half);
}

static unsigned helpers_for(const struct work *work)
{
    unsigned threads = work->analysis->heap->graph.threads;

    if (threads <= 1 || work->parts.len < MANY_PARTS) return 0;
    return threads - 1 < MOST_HELPERS ? threads - 1 : MOST_HELPERS;
}

static void start(struct work *work, struct worker *helper, const struct gt_bitmap *half)
{
    helper->work = work;
    gt_bitmap_init(&helper->half, half->bits);
    helper->task = gt_task_start(run, helper);
}

void gt_settle_covering_strings(const struct gt_heap_analysis *analysis, struct gt_bitmap *half,
                                struct gt_bitmap *rest)
{
    struct work *work = gt_calloc(1, sizeof *work);
    struct worker own = {work, *half, NULL};

    work->analysis = analysis;
    work->parts = GT_VEC_OF(struct gt_string_part);
    work->rest = *rest;
    gt_typing_string_parts(analysis->typing, &work->parts);
    unsigned count = helpers_for(work);
    for (unsigned i = 0; i < count; i++)
        start(work, &work->helpers[i], half);
    run(&own);
    for (unsigned i = 0; i < count; i++)
        join(&work->helpers[i], half);
    gt_vec_deinit(&work->parts);
    gt_free(work);
}

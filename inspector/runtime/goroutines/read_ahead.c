/* Loads a word of each cache line. Where the reader is further on, it goes on from there. */
#include "inspector/runtime/goroutines/read_ahead.h"

#include "inspector/base/alloc.h"
#include "inspector/base/task.h"
#include "inspector/runtime/goroutines/goroutines.h"

#include <stdatomic.h>

enum {
    MANY = 1 << 13, /* goroutines; fewer are not worth another thread */
    NEAR = 32,      /* goroutines before the reader that it has fetched itself */
    STEP = 16,      /* goroutines between two notes */
    LINE = 64,
};

struct gt_read_ahead { /* on the heap: if the call unwinds, the task still uses it until it ends */
    const struct gt_process *process;
    struct gt_slice allgs;
    _Atomic uint64_t reader; /* where it is; UINT64_MAX: it needs no more */
    struct gt_task *task;
};

static void touch(const struct gt_memory *mem, uint64_t addr, uint64_t size)
{
    uint64_t avail = 0;
    const volatile unsigned char *bytes = mem->map(mem->ctx, addr, &avail);

    for (uint64_t at = 0; bytes && at < size && at < avail; at += LINE)
        (void)bytes[at];
}

static struct gt_error *read_all(void *args)
{
    struct gt_read_ahead *ahead = args;
    const struct gt_process *process = ahead->process;
    uint64_t g, sp;

    for (uint64_t i = 0; i < ahead->allgs.len; i++) {
        uint64_t reader = atomic_load_explicit(&ahead->reader, memory_order_relaxed);
        if (reader == UINT64_MAX) break;
        if (i < reader + NEAR) i = reader + NEAR;
        if (i >= ahead->allgs.len || !gt_mem_u64(process->mem, ahead->allgs.ptr + i * 8, &g))
            continue;
        touch(process->mem, g, GT_G_FETCHED);
        if (gt_process_field(process, g, GT_F_g_sched_sp, &sp))
            touch(process->mem, sp, GT_READ_STACK);
    }
    return NULL;
}

struct gt_read_ahead *gt_read_ahead_start(const struct gt_process *process, unsigned threads,
                                          const struct gt_slice *allgs)
{
    if (threads < 2 || allgs->len < MANY) return NULL;
    struct gt_read_ahead *ahead = gt_calloc(1, sizeof *ahead);
    ahead->process = process;
    ahead->allgs = *allgs;
    ahead->task = gt_task_start(read_all, ahead);
    return ahead;
}

void gt_read_ahead_note(struct gt_read_ahead *ahead, uint64_t index)
{
    if (ahead && index % STEP == 0)
        atomic_store_explicit(&ahead->reader, index, memory_order_relaxed);
}

void gt_read_ahead_end(struct gt_read_ahead **ahead)
{
    if (!*ahead) return;
    atomic_store_explicit(&(*ahead)->reader, UINT64_MAX, memory_order_relaxed);
    gt_task_wait((*ahead)->task);
    gt_free(*ahead);
    *ahead = NULL;
}

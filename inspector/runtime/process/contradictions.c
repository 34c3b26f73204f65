#include "inspector/runtime/process/contradictions.h"

#include <inttypes.h>

static const char *const texts[GT_LIES] = {
    [GT_LIE_MODULE] = "words of the program's module data that the binary has otherwise",
    [GT_LIE_MARKS] = "objects that the collector marked and that nothing in the core leads to, "
                     "without evidence that they were dropped",
    [GT_LIE_UNREACHED] = "objects that are reachable in the core and that the collector left "
                         "unmarked or free",
    [GT_LIE_SPAN_COUNT] = "spans whose allocCount is not what freeindex and allocBits say",
    [GT_LIE_SPAN_SHAPE] = "spans whose nelems, elemsize, limit and size class do not fit together",
    [GT_LIE_SPAN_BITS] = "spans without allocBits or gcmarkBits",
    [GT_LIE_SPAN_SWEEP] = "spans whose sweepgen is none that a span can have at mheap_.sweepgen",
    [GT_LIE_SPAN_MARKS] = "spans whose inline mark bits are another size class's",
    [GT_LIE_OBJECT_TYPES] = "allocated objects of spans with pointers that have no type and no "
                            "pointer",
    [GT_LIE_SPAN_STATE] = "pages whose arena and whose span disagree on whether they are in use",
    [GT_LIE_SPAN_PAGES] = "pages by which mheap_.pagesInUse and the spans in use differ",
    [GT_LIE_SPECIALS] = "finalizers, cleanups or weak handles that the runtime counts and that are "
                        "in no span's list",
    [GT_LIE_FINALIZERS] = "finalizers without a function of Go to call",
    [GT_LIE_GOROUTINES] = "goroutines by which runtime.allgs differs from allglen, or its live "
                          "goroutines from the scheduler's counts",
    [GT_LIE_TWICE] = "goroutines that are in runtime.allgs twice, or have another one's id",
    [GT_LIE_STATUS] = "goroutines with a status that Go does not have",
    [GT_LIE_ID] = "goroutines with an id beyond the last one that was given (sched.goidgen)",
    [GT_LIE_CODE] = "goroutines whose go statement or first function is no code of Go",
    [GT_LIE_RUNNING] = "running goroutines without the thread that runs them",
    [GT_LIE_OWNERS] = "goroutines on a thread, or threads without a g0, that runtime.allm does "
                      "not lead to",
    [GT_LIE_FRAMES] = "goroutines that do not run and whose stacks end before their first function",
    [GT_LIE_CALLS] = "return addresses of goroutines that wait, with no call before them in the "
                     "binary",
    [GT_LIE_DEFERS] = "deferred calls whose frame or function is none of their goroutine's",
    [GT_LIE_STACKS] = "goroutines whose stacks overlap",
    [GT_LIE_THREADS] = "threads by which runtime.allm and the scheduler's count differ",
    [GT_LIE_PROCESSORS] = "Ps by which the list of idle Ps and sched.npidle differ",
    [GT_LIE_RUNNABLE] = "goroutines by which the scheduler's queue and its size differ, or that "
                        "are in it and are not runnable",
    [GT_LIE_TIMERS] = "timer heaps whose length is not what their P counts",
    [GT_LIE_TIMER_CODE] = "timers in a heap without a function of Go to call",
    [GT_LIE_SEMAPHORES] = "semaphore roots whose waiters are not as many as they count",
    [GT_LIE_QUEUES] = "goroutines that wait for a channel and are not in its queue",
    [GT_LIE_LENGTHS] = "strings and slices that are longer than the block that they point into",
};

void gt_contradict(struct gt_contradictions *all, enum gt_contradiction kind, uint64_t count,
                   uint64_t example)
{
    struct gt_contradiction_count *of = &all->of[kind];

    if (count == 0) return;
    all->kinds += of->count == 0;
    of->count = of->count > UINT64_MAX - count ? UINT64_MAX : of->count + count;
    if (!of->example) of->example = example;
}

const char *gt_contradiction_text(enum gt_contradiction kind)
{
    return texts[kind];
}

const char *gt_contradictions_name(const struct gt_contradictions *all, struct gt_arena *storage)
{
    if (!all->kinds) return NULL;
    for (int i = 0; i < GT_LIES; i++) {
        if (!all->of[i].count) continue;
        if (all->kinds == 1) return texts[i];
        return gt_arena_format(storage, "%s; and %" PRIu64 " contradictions more", texts[i],
                               all->kinds - 1);
    }
    return NULL;
}

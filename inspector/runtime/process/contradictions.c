/* Keeps a count and an address for each kind. The texts are a table. */
#include "inspector/runtime/process/contradictions.h"

#include <inttypes.h>

static const char *const texts[GT_CONTRADICTIONS] = {
    [GT_CONTRADICTION_MODULE] = "words of the program's module data that the binary has otherwise",
    [GT_CONTRADICTION_MODULES] = "modules whose code overlaps the code of another one",
    [GT_CONTRADICTION_MASKS] =
        "masks of package variables that are not what the linker's programs for them make",
    [GT_CONTRADICTION_METHOD_TABLES] = "method tables (itabs) whose hash is not their type's, or "
                                       "whose first method is no function",
    [GT_CONTRADICTION_CONTENT] = "segments of read-only data that the binary has otherwise",
    [GT_CONTRADICTION_MARKS] =
        "objects that the collector marked and that nothing in the core leads to, "
        "without evidence that they were dropped",
    [GT_CONTRADICTION_UNREACHED] =
        "objects that are reachable in the core and that the collector left "
        "unmarked or free",
    [GT_CONTRADICTION_SPAN_COUNT] =
        "spans whose allocCount is not what freeindex and allocBits say",
    [GT_CONTRADICTION_SPAN_INDEX] =
        "spans whose freeIndexForScan is not what freeindex and the marks say",
    [GT_CONTRADICTION_SPAN_SHAPE] =
        "spans whose nelems, elemsize, limit and size class do not fit together",
    [GT_CONTRADICTION_SPAN_BITS] = "spans without allocBits or gcmarkBits",
    [GT_CONTRADICTION_SPAN_SWEEP] =
        "spans whose sweepgen is none that a span can have at mheap_.sweepgen",
    [GT_CONTRADICTION_SPAN_MARKS] = "spans whose inline mark bits are another size class's",
    [GT_CONTRADICTION_OBJECT_TYPES] =
        "allocated objects of spans with pointers that have no type and no "
        "pointer",
    [GT_CONTRADICTION_SPAN_STATE] =
        "pages whose arena and whose span disagree on whether they are in use",
    [GT_CONTRADICTION_SPAN_PAGES] = "pages by which mheap_.pagesInUse and the spans in use differ",
    [GT_CONTRADICTION_ARENAS] =
        "arenas with spans in use that mheap_.arenas or the list of arenas does not have",
    [GT_CONTRADICTION_COLLECTIONS] =
        "counts of collections (memstats.numgc) or a phase (gcphase) that are not those of "
        "mheap_.sweepgen and the write barrier",
    [GT_CONTRADICTION_SPECIALS] =
        "finalizers, cleanups or weak handles that the runtime counts and that are "
        "in no span's list",
    [GT_CONTRADICTION_SPECIAL_ORDER] =
        "finalizers, cleanups or other specials that are out of order in their "
        "span's list, or belong to no allocated object",
    [GT_CONTRADICTION_FINALIZERS] = "finalizers without a function of Go to call",
    [GT_CONTRADICTION_FINALIZED] =
        "finalizers whose object's type is no pointer's, or that lead into the middle of an object",
    [GT_CONTRADICTION_GOROUTINES] =
        "goroutines by which runtime.allgs differs from allglen, or its live "
        "goroutines from the scheduler's counts",
    [GT_CONTRADICTION_TWICE] =
        "goroutines that are in runtime.allgs twice, or have another one's id",
    [GT_CONTRADICTION_STATUS] = "goroutines with a status that Go does not have",
    [GT_CONTRADICTION_ID] =
        "goroutines without an id, or whose id or creator's id is beyond the last one that was "
        "given (sched.goidgen)",
    [GT_CONTRADICTION_TIMES] =
        "goroutines that wait since a time after the last collection (g.waitsince)",
    [GT_CONTRADICTION_CODE] = "goroutines whose go statement or first function is no code of Go",
    [GT_CONTRADICTION_CREATIONS] =
        "goroutines whose go statement (g.gopc) is no call that starts one, or starts another "
        "function",
    [GT_CONTRADICTION_RUNNING] =
        "goroutines and threads that do not name each other (g.m, m.curg) where one runs the other",
    [GT_CONTRADICTION_OWNERS] =
        "goroutines on a thread, or threads without a g0, that runtime.allm does "
        "not lead to",
    [GT_CONTRADICTION_FRAMES] =
        "goroutines that do not run and whose stacks end before their first function",
    [GT_CONTRADICTION_CALLS] =
        "return addresses of goroutines that wait, with no call before them in the "
        "binary",
    [GT_CONTRADICTION_DEFERS] =
        "deferred calls whose frame or function is none of their goroutine's",
    [GT_CONTRADICTION_DEFER_LISTS] = "records of deferred calls that the list of no goroutine has",
    [GT_CONTRADICTION_STACKS] =
        "goroutines whose stacks overlap, or are no stack of a span of stacks",
    [GT_CONTRADICTION_THREADS] = "threads by which runtime.allm and the scheduler's count differ",
    [GT_CONTRADICTION_TIDS] =
        "threads whose number (m.procid) is another one's, or none of the core's threads'",
    [GT_CONTRADICTION_PROCESSORS] = "Ps by which the list of idle Ps and sched.npidle differ",
    [GT_CONTRADICTION_ALLP] =
        "Ps that are not at their number in runtime.allp, or are in use beyond its end",
    [GT_CONTRADICTION_P_STATE] = "Ps whose status, thread, mcache and list do not fit together",
    [GT_CONTRADICTION_RUNNABLE] =
        "goroutines by which the scheduler's queue and its size differ, or that "
        "are in it and are not runnable",
    [GT_CONTRADICTION_TIMERS] = "timer heaps whose length is not what their P counts",
    [GT_CONTRADICTION_TIMER_PLACES] =
        "timers that are in a heap twice, or name another heap as theirs",
    [GT_CONTRADICTION_TIMER_TIMES] =
        "timers that are due at another time than their heap has them for, or out of order in it",
    [GT_CONTRADICTION_TIMER_CODE] = "timers in a heap without a function of Go to call",
    [GT_CONTRADICTION_TIMER_PERIODS] = "timers with a negative period",
    [GT_CONTRADICTION_SEMAPHORES] = "semaphore roots whose waiters are not as many as they count",
    [GT_CONTRADICTION_QUEUES] =
        "goroutines that wait for a channel and are not in its queue, or are in the "
        "queue of one that they do not wait for or that is closed",
    [GT_CONTRADICTION_CHANNELS] =
        "channels whose qcount, sendx, recvx and queues do not fit together, whose elements are "
        "not of their type's size, that have a value where there is none by their count, or whose "
        "buffer or waiting value is not where Go puts it",
    [GT_CONTRADICTION_WAITS] =
        "goroutines whose status or wait reason is not that of the function or the "
        "queue in which they wait",
    [GT_CONTRADICTION_LENGTHS] =
        "strings and slices that are longer than the block that they point into",
    [GT_CONTRADICTION_MAPS] = "maps whose length is not the number of their entries",
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

void gt_contradictions_add(struct gt_contradictions *all, const struct gt_contradictions *part)
{
    for (int i = 0; part->kinds && i < GT_CONTRADICTIONS; i++)
        gt_contradict(all, (enum gt_contradiction)i, part->of[i].count, part->of[i].example);
}

const char *gt_contradiction_text(enum gt_contradiction kind)
{
    return texts[kind];
}

const char *gt_contradictions_name(const struct gt_contradictions *all, struct gt_arena *storage)
{
    if (!all->kinds) return NULL;
    for (int i = 0; i < GT_CONTRADICTIONS; i++) {
        if (!all->of[i].count) continue;
        if (all->kinds == 1) return texts[i];
        return gt_arena_format(storage, "%s; and %" PRIu64 " more contradiction%s", texts[i],
                               all->kinds - 1, all->kinds == 2 ? "" : "s");
    }
    return NULL;
}

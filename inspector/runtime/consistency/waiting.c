/* Checks what a waiting goroutine says that it waits for against the function in which it waits.
 * gopark notes the reason before the goroutine waits (runtime/proc.go). */
#include "inspector/runtime/consistency/consistency.h"

#include "inspector/base/bitmap.h"

/* What gopark's callers give as their reason. A reason belongs to the last row that begins it. */
static const struct caller {
    const char *reason, *function;
} callers[] = {
    {"chan send", "runtime.chansend"},   {"chan receive", "runtime.chanrecv"},
    {"select", "runtime.selectgo"},      {"select (no cases", "runtime.block"},
    {"IO wait", "runtime.netpollblock"}, {"semacquire", "runtime.semacquire1"},
    {"sync.", "runtime.semacquire1"},    {"sync.Cond.Wait", "sync.runtime_notifyListWait"},
};

enum { CALLERS = sizeof callers / sizeof *callers };

static const struct caller *caller_of(const char *reason)
{
    const struct caller *found = NULL;

    for (size_t i = 0; i < CALLERS; i++)
        if (strncmp(reason, callers[i].reason, strlen(callers[i].reason)) == 0) found = &callers[i];
    return found;
}

static bool is_caller(const char *function)
{
    for (size_t i = 0; i < CALLERS; i++)
        if (strcmp(function, callers[i].function) == 0) return true;
    return false;
}

/* The function that called gopark; NULL if the goroutine is not in it. */
static const char *parked_in(const struct gt_process *process, const struct gt_goroutines *all,
                             const struct gt_goroutine *g)
{
    const char *function = NULL;

    if (!g->frame_count || !gt_process_is_in(process, g->at.pc, "runtime.gopark")) return NULL;
    for (uint32_t i = 1; i < g->frame_count; i++) {
        function = gt_process_function(process, gt_g_frame(all, g, i)->pc - 1);
        if (strcmp(function, "runtime.goparkunlock") != 0) break;
    }
    return function;
}

/* A reason that is in no row may be a newer Go's, of a function in no row. */
static bool agrees(const char *function, const char *reason)
{
    const struct caller *caller = caller_of(reason);

    return caller ? strcmp(function, caller->function) == 0 : !is_caller(function);
}

/* Nothing wakes a goroutine from select {}. */
static bool never_wakes(const char *function)
{
    return strcmp(function, "runtime.block") == 0;
}

static bool is_sound(const struct gt_process *process, const struct gt_goroutines *all,
                     const struct gt_goroutine *g)
{
    bool waits = g->status == GT_G_WAITING || g->status == GT_G_LEAKED;
    const char *function = waits || g->status == GT_G_RUNNABLE ? parked_in(process, all, g) : NULL;

    if (!function) return true;
    return waits ? !g->wait_reason || agrees(function, g->wait_reason) : !never_wakes(function);
}

/* Checks one goroutine of each place. */
void gt_consistency_of_waits(struct gt_process *process, const struct gt_goroutines *goroutines)
{
    struct gt_bitmap places; /* numbers of places are less than goroutines */

    gt_bitmap_init(&places, goroutines->count);
    for (uint32_t i = 0; i < goroutines->count; i++) {
        const struct gt_goroutine *g = &goroutines->list[i];
        if (!gt_bit_test_set(&places, g->same_place) && !is_sound(process, goroutines, g))
            gt_contradict(&process->contradictions, GT_CONTRADICTION_WAITS, 1, g->address);
    }
    gt_bitmap_deinit(&places);
}

/* The collector does not look at the pointers from a stack to itself, so they are read here:
 * closures of deferred calls are behind them. A function counts as started if it is not to be
 * followed. */
#include "inspector/runtime/waits/stack_reach.h"

#include "inspector/runtime/roots/stackscan.h"

enum { WORD = 8 };

static void take_word(void *ctx, const struct gt_stack_word *word)
{
    gt_code_reach_value(ctx, word->value);
}

/* Pointers to the stack itself are none to the collector. */
static void take_own(struct gt_code_reach *reach, const struct gt_goroutine *g)
{
    uint64_t from = g->at.sp, to = g->stack_hi, word;

    if (to < from || !gt_mem_at(reach->process->mem, from, to - from)) return;
    for (uint64_t at = from; at + WORD <= to; at += WORD)
        if (gt_mem_u64(reach->process->mem, at, &word) && word >= from && word < to)
            gt_code_reach_value(reach, word);
}

void gt_code_reach_stack(struct gt_code_reach *reach, struct gt_process *process,
                         const struct gt_goroutine *g)
{
    struct gt_stack_counts counts = {0};

    gt_stack_scan(process, g, take_word, reach, &counts);
    take_own(reach, g);
}

void gt_code_reach_leave_out(struct gt_code_reach *reach, const struct gt_goroutines *all,
                             const struct gt_goroutine *g)
{
    const struct gt_pclntab *tab;
    struct gt_func func;

    for (uint32_t i = 0; i < g->frame_count; i++)
        if (gt_text_find(&reach->process->code, gt_g_frame(all, g, i)->pc - 1, &tab, &func))
            *gt_map_put(&reach->started, func.entry, NULL) = UINT64_MAX;
}

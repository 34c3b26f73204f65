/* Tries the words of the stack from the sp on (of a large stack, both ends) with one function for
 * each thing that may be waited for. All waiters of a notify list are kept when it is read, so it
 * is read once. */
#include "inspector/runtime/waits/parked.h"

#include "inspector/base/loop.h"

enum {
    MAX_STACK = 1 << 20, /* bytes at either end of a stack that are searched */
    MAX_TRIES = 1 << 22, /* addresses tried as notify lists */
    MAX_STEPS = 1 << 24, /* steps along what may be their links */
};

typedef uint64_t try_fn(void *ctx, uint64_t word);

static uint64_t try_words(const struct gt_process *process, uint64_t from, uint64_t to, try_fn *try,
                          void *ctx)
{
    const unsigned char *bytes = gt_mem_at(process->mem, from, to - from);

    for (uint64_t at = 0; bytes && at + 8 <= to - from; at += 8) {
        uint64_t word = gt_load64(bytes + at);
        if (!word || word % 8 || (word >= from && word < to)) continue;
        uint64_t found = try(ctx, word);
        if (found) return found;
    }
    return 0;
}

/* What is waited for is shared, so it is never on the stack itself. The caller's frame is near the
 * top of the stack, a coroutine's first frame at its bottom. */
static uint64_t try_stack(const struct gt_process *process, const struct gt_goroutine *g,
                          try_fn *try, void *ctx)
{
    uint64_t sp = (g->at.sp + 7) & ~(uint64_t)7, hi = g->stack_hi;

    if (sp < g->stack_lo || sp >= hi) return 0;
    if (hi - sp <= 2 * MAX_STACK) return try_words(process, sp, hi, try, ctx);
    uint64_t found = try_words(process, sp, sp + MAX_STACK, try, ctx);
    return found ? found : try_words(process, hi - MAX_STACK, hi, try, ctx);
}

/* ---- conditions ---------------------------------------------------------------------------- */

struct condition {
    struct gt_parked *parked;
    const struct gt_process *process;
    uint64_t g;
};

/* Is it a notify list? Then its chain ends at its tail. */
static bool is_list(struct gt_parked *parked, const struct gt_process *process, uint64_t list)
{
    struct gt_loop loop = {0};
    uint64_t sudog, tail, next = 0;

    if (!gt_process_field(process, list, GT_F_notifyList_head, &sudog) ||
        !gt_process_field(process, list, GT_F_notifyList_tail, &tail) || !sudog)
        return false;
    for (; parked->steps < MAX_STEPS && !gt_loop_closed(&loop, sudog); sudog = next) {
        parked->steps++;
        if (!gt_process_field(process, sudog, GT_F_sudog_next, &next)) return false;
        if (!next) return sudog == tail;
    }
    return false;
}

static void read_list(struct gt_parked *parked, const struct gt_process *process, uint64_t list)
{
    uint64_t sudog, g;

    if (!is_list(parked, process, list)) return;
    gt_process_field(process, list, GT_F_notifyList_head, &sudog);
    while (sudog && gt_process_field(process, sudog, GT_F_sudog_g, &g)) {
        *gt_map_put(&parked->waiters, g, NULL) = list;
        gt_process_field(process, sudog, GT_F_sudog_next, &sudog);
    }
}

static uint64_t try_condition(void *ctx, uint64_t word)
{
    const struct condition *condition = ctx;
    struct gt_parked *parked = condition->parked;
    bool added = parked->lists.len < MAX_TRIES;

    if (added) gt_map_put(&parked->lists, word, &added);
    if (added) read_list(parked, condition->process, word);
    const uint64_t *list = gt_map_find(&parked->waiters, condition->g);
    return list ? *list : 0;
}

uint64_t gt_parked_on_condition(struct gt_parked *parked, const struct gt_process *process,
                                const struct gt_goroutine *g)
{
    struct condition condition = {parked, process, g->address};
    const uint64_t *known = gt_map_find(&parked->waiters, g->address);

    return known ? *known : try_stack(process, g, try_condition, &condition);
}

/* ---- coroutines ---------------------------------------------------------------------------- */

struct coroutine {
    const struct gt_process *process;
    uint64_t g;
};

static uint64_t try_coroutine(void *ctx, uint64_t word)
{
    const struct coroutine *coroutine = ctx;
    uint64_t gp, f;

    if (!gt_process_field(coroutine->process, word, GT_F_coro_gp, &gp) || gp != coroutine->g ||
        !gt_process_field(coroutine->process, word, GT_F_coro_f, &f))
        return 0;
    return strcmp(gt_process_closure(coroutine->process, f), "?") != 0 ? word : 0;
}

uint64_t gt_parked_on_coroutine(const struct gt_process *process, const struct gt_goroutine *g)
{
    struct coroutine coroutine = {process, g->address};
    uint64_t coro;

    /* The g of a coroutine that has not begun points to it. */
    if (gt_process_field(process, g->address, GT_F_g_coroarg, &coro) && coro) return coro;
    return try_stack(process, g, try_coroutine, &coroutine);
}

/* ---- IO ------------------------------------------------------------------------------------ */

struct poller {
    const struct gt_process *process;
    uint64_t g;
    bool writes;
};

static uint64_t try_poll(void *ctx, uint64_t word)
{
    struct poller *poller = ctx;
    uint64_t self, waiter;

    if (!gt_process_field(poller->process, word, GT_F_pollDesc_self, &self) || self != word)
        return 0;
    poller->writes =
        gt_process_field(poller->process, word, GT_F_pollDesc_wg, &waiter) && waiter == poller->g;
    if (poller->writes) return word;
    if (!gt_process_field(poller->process, word, GT_F_pollDesc_rg, &waiter)) return 0;
    return waiter == poller->g ? word : 0;
}

struct gt_poll gt_parked_on_poll(const struct gt_process *process, const struct gt_goroutine *g)
{
    struct poller poller = {process, g->address, false};
    uint64_t address = try_stack(process, g, try_poll, &poller);

    return (struct gt_poll){address, address && poller.writes};
}

void gt_parked_deinit(struct gt_parked *parked)
{
    gt_map_deinit(&parked->lists);
    gt_map_deinit(&parked->waiters);
}

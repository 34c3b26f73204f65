/* The length of a full channel is the number of tokens. Each other goroutine is judged by its
 * stack, once for each place: may it have a token, and does a clock wake it? */
#include "inspector/detect/waiting/lost_tokens.h"

#include "inspector/base/alloc.h"
#include "inspector/detect/describe/locations.h"
#include "inspector/detect/hanging/answers.h"
#include "inspector/detect/hanging/one_answer.h"
#include "inspector/detect/retention/baseline.h"
#include "inspector/detect/waiting/blocking.h"
#include "inspector/runtime/waits/stack_reach.h"

#include <inttypes.h>
#include <string.h>

enum {
    MANY_ALIKE = 10, /* fewer may wait for a token that is given back at this moment */
    MAIN = 1,
};

static const struct library {
    const char *function, *what;
} libraries[] = {
    {"golang.org/x/sync/semaphore.(*Weighted).Acquire", "tokens"},
    {"database/sql.(*DB).conn", "connections"},
};

enum rest { UNKNOWN, NOBODY, WAITS_TOO, MAY_HOLD, BY_CLOCK };

struct token_finder {
    const struct gt_heap_analysis *analysis;
    const struct gt_map *clocks;
    uint64_t channel;    /* 0: that of a library */
    const char *library; /* or NULL */
    uint8_t *rest;       /* enum rest, by place */
};

/* ---- what they wait for -------------------------------------------------------------------- */

/* The places taken in a channel of empty values that is full; else 0. */
static uint64_t tokens_in(const struct gt_process *process, uint64_t channel)
{
    uint64_t count, places, type;

    if (!gt_process_field(process, channel, GT_F_hchan_qcount, &count) ||
        !gt_process_field(process, channel, GT_F_hchan_dataqsiz, &places) ||
        !gt_process_field(process, channel, GT_F_hchan_elemtype, &type) || count != places)
        return 0;
    gt_type_id element = gt_types_at(process->types, type);
    return element && gt_types_get(process->types, element)->size == 0 ? count : 0;
}

/* The channel to which a goroutine waits to add a token. */
static uint64_t token_channel(const struct gt_heap_analysis *analysis, uint32_t goroutine,
                              uint64_t *taken)
{
    size_t count;
    const struct gt_blocked_thing *things = gt_blocking_describe(analysis, goroutine, &count);

    for (size_t i = 0; i < count; i++) {
        if (things[i].what != GT_THING_CHANNEL || things[i].action != GT_ACTION_SEND) continue;
        *taken = tokens_in(analysis->process, things[i].address);
        if (*taken) return things[i].address;
    }
    return 0;
}

/* The channel from which a goroutine waits to take a token, and all its places. */
static uint64_t empty_channel(const struct gt_heap_analysis *analysis, uint32_t goroutine,
                              uint64_t *taken)
{
    const struct gt_process *process = analysis->process;
    size_t count;
    const struct gt_blocked_thing *things = gt_blocking_describe(analysis, goroutine, &count);

    for (size_t i = 0; i < count; i++) {
        uint64_t channel = things[i].address, values;
        if (things[i].what != GT_THING_CHANNEL || things[i].action != GT_ACTION_RECEIVE ||
            !gt_process_field(process, channel, GT_F_hchan_dataqsiz, taken) || !*taken ||
            !gt_process_field(process, channel, GT_F_hchan_qcount, &values) || values)
            continue;
        return channel;
    }
    return 0;
}

bool gt_waits_for_token(const struct gt_heap_analysis *analysis, uint32_t goroutine)
{
    uint64_t taken;

    return token_channel(analysis, goroutine, &taken) != 0;
}

static bool waits_for(const struct gt_heap_analysis *analysis, uint32_t goroutine, uint64_t channel)
{
    const struct gt_wait *wait = &analysis->baseline->wait[goroutine];

    for (size_t i = 0; i < wait->objects.len; i++)
        if (wait->objects.at[i] == channel) return true;
    return false;
}

static struct gt_stack stack_of(const struct gt_heap_analysis *analysis, uint32_t goroutine)
{
    return gt_locations_of(analysis->process, analysis->goroutines,
                           &analysis->goroutines->list[goroutine], analysis->storage);
}

static bool has_function(const struct gt_stack *stack, const char *function)
{
    for (size_t i = 0; i < stack->count; i++)
        if (stack->locations[i].function && strcmp(stack->locations[i].function, function) == 0)
            return true;
    return false;
}

static bool find_library(const struct gt_stack *stack, struct gt_lost_tokens *lost)
{
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++) {
        if (!has_function(stack, libraries[i].function)) continue;
        lost->taken = 1;
        lost->library = libraries[i].function;
        lost->what = libraries[i].what;
        return true;
    }
    return false;
}

/* ---- the goroutines that are left ---------------------------------------------------------- */

static bool is_by_clock(const struct token_finder *finder, uint32_t goroutine)
{
    const struct gt_wait *wait = &finder->analysis->baseline->wait[goroutine];
    const char *reason = finder->analysis->goroutines->list[goroutine].wait_reason;

    for (size_t i = 0; i < wait->objects.len; i++) {
        const uint64_t *periodic = gt_map_find(finder->clocks, wait->objects.at[i]);
        if (periodic && *periodic) return true;
    }
    return reason && strcmp(reason, "sleep") == 0;
}

static enum rest judge_stack(const struct token_finder *finder, uint32_t goroutine)
{
    struct gt_stack stack = stack_of(finder->analysis, goroutine);
    bool own = false;

    if (finder->library && has_function(&stack, finder->library)) return WAITS_TOO;
    for (size_t i = 0; i < stack.count; i++)
        own = own || stack.locations[i].origin == GT_ORIGIN_PROGRAM;
    if (!own) return NOBODY;
    return is_by_clock(finder, goroutine) ? BY_CLOCK : MAY_HOLD;
}

/* A variable of a goroutine that does not wait for a token leads to the channel: it may receive. */
static bool others_have(const struct token_finder *finder)
{
    const struct gt_heap_analysis *analysis = finder->analysis;
    const struct gt_baseline *baseline = analysis->baseline;

    for (uint32_t i = 0; finder->channel && i < analysis->goroutines->count; i++) {
        if (waits_for(analysis, i, finder->channel)) continue;
        for (uint32_t j = 0; j < baseline->root_count[i]; j++)
            if (gt_root_at(analysis->roots, baseline->first_root[i] + j)->value == finder->channel)
                return true;
    }
    return false;
}

/* Goroutines of one place and state have one stack, which is read once. */
static enum rest judge(const struct token_finder *finder, uint32_t goroutine)
{
    const struct gt_goroutine *g = &finder->analysis->goroutines->list[goroutine];
    uint8_t *rest = &finder->rest[g->same_place];

    if (g->system || g->id == MAIN) return NOBODY;
    if (finder->channel && waits_for(finder->analysis, goroutine, finder->channel))
        return WAITS_TOO;
    if (*rest == UNKNOWN) *rest = (uint8_t)judge_stack(finder, goroutine);
    return (enum rest) * rest;
}

static uint64_t count_after_funcs(const struct gt_heap_analysis *analysis)
{
    const struct gt_vec *timers = &analysis->baseline->timers.list;
    uint64_t count = 0;

    for (size_t i = 0; i < timers->len; i++)
        count += ((const struct gt_timer *)gt_vec_at(timers, i))->kind == GT_TIMER_FUNC;
    return count;
}

/* False when it is not known which goroutines may give tokens back. */
static bool count_left(struct token_finder *finder, uint64_t *left)
{
    const struct gt_goroutines *all = finder->analysis->goroutines;
    enum rest rest = NOBODY;

    *left = count_after_funcs(finder->analysis);
    finder->rest = gt_calloc((size_t)all->count + 1, sizeof *finder->rest);
    for (uint32_t i = 0; i < all->count && rest != BY_CLOCK; i++) {
        rest = judge(finder, i);
        *left += rest == MAY_HOLD;
    }
    gt_free(finder->rest);
    return rest != BY_CLOCK;
}

/* ---- who gives back what was received ------------------------------------------------------ */

struct sends { /* of the code that is reached */
    const struct gt_process *process;
    uint64_t channel;
    bool found;
};

static void take_send(void *ctx, const struct gt_reached_call *call)
{
    static const char *const senders[] = {"runtime.chansend1", "runtime.selectnbsend"};
    struct sends *sends = ctx;
    const char *function = gt_process_function(sends->process, call->callee);

    if (!(call->known & 1) || call->arguments[0] != sends->channel) return;
    for (size_t i = 0; i < sizeof senders / sizeof *senders; i++)
        sends->found |= strcmp(function, senders[i]) == 0;
}

/* Returns the first frame of the program's, or frame_count. */
static uint32_t reach_frames(struct gt_code_reach *reach, const struct gt_goroutines *all,
                             const struct gt_goroutine *g)
{
    uint32_t first = g->frame_count;

    for (uint32_t i = g->frame_count; i-- > 0;) {
        uint64_t pc = gt_g_frame(all, g, i)->pc;
        if (!gt_code_is_programs(reach, pc - 1)) continue;
        first = i;
        gt_code_reach_frame(reach, pc);
    }
    return first;
}

/* The goroutine receives once, and its code sends to that very channel later. */
static bool gives_back(const struct gt_heap_analysis *analysis, uint32_t goroutine,
                       uint64_t channel)
{
    const struct gt_goroutine *g = &analysis->goroutines->list[goroutine];
    struct sends sends = {analysis->process, channel, false};
    struct gt_code_reach reach;

    gt_code_reach_init(&reach, analysis->process, take_send, &sends);
    uint32_t first = reach_frames(&reach, analysis->goroutines, g);
    gt_code_reach_follow(&reach);
    gt_code_reach_deinit(&reach);
    return sends.found && first < g->frame_count &&
           gt_waits_for_one_answer(analysis, g, first, false);
}

static void take_answer(void *ctx, const struct gt_reached_call *call)
{
    gt_answers_take(ctx, call);
}

/* With the functions that its variables lead to, and those that are deferred. */
static void reach_goroutine(const struct token_finder *finder, struct gt_code_reach *reach,
                            const struct gt_goroutine *g)
{
    if (reach_frames(reach, finder->analysis->goroutines, g) < g->frame_count)
        gt_code_reach_stack(reach, finder->analysis->process, g);
    reach->whole &= !g->cut_off;
}

/* All that runs from where the others are, and the timers' functions. */
static void reach_others(const struct token_finder *finder, struct gt_code_reach *reach)
{
    const struct gt_goroutines *all = finder->analysis->goroutines;
    const struct gt_vec *timers = &finder->analysis->baseline->timers.list;

    for (uint32_t i = 0; i < all->count; i++)
        if (!waits_for(finder->analysis, i, finder->channel))
            reach_goroutine(finder, reach, &all->list[i]);
    for (size_t i = 0; i < timers->len; i++) {
        const struct gt_timer *timer = gt_vec_at(timers, i);
        if (timer->kind == GT_TIMER_FUNC) gt_code_reach_value(reach, timer->arg);
    }
    gt_code_reach_follow(reach);
}

/* Does code that runs elsewhere send to the channel, or may it? */
static bool others_send(const struct token_finder *finder, uint32_t waiter)
{
    const struct gt_heap_analysis *analysis = finder->analysis;
    const struct gt_process *process = analysis->process;
    struct gt_code_reach reach;
    struct gt_answers answers;
    uint64_t type = 0;

    gt_process_field(process, finder->channel, GT_F_hchan_elemtype, &type);
    gt_answers_init(&answers, process);
    gt_code_reach_init(&reach, process, take_answer, &answers);
    /* Who calls a function in which they wait comes to wait first. */
    gt_code_reach_leave_out(&reach, analysis->goroutines, &analysis->goroutines->list[waiter]);
    gt_code_reach_open(&reach);
    reach_others(finder, &reach);
    bool send = !reach.whole || gt_answers_has(&answers, finder->channel,
                                               gt_types_at(process->types, type), GT_ANSWER_SEND);
    gt_code_reach_deinit(&reach);
    gt_answers_deinit(&answers);
    return send;
}

/* ---- the crowd ----------------------------------------------------------------------------- */

static bool all_wait_for(const struct token_finder *finder, const struct gt_member *members,
                         size_t count)
{
    for (size_t i = 0; finder->channel && i < count; i++)
        if (!waits_for(finder->analysis, members[i].item, finder->channel)) return false;
    return true;
}

/* Tokens that are received to take them. */
static bool are_received(struct token_finder *finder, const struct gt_member *members, size_t count,
                         struct gt_lost_tokens *lost)
{
    uint32_t first = members[0].item;

    finder->channel = empty_channel(finder->analysis, first, &lost->taken);
    lost->received = true;
    return finder->channel && all_wait_for(finder, members, count) && !others_have(finder) &&
           gives_back(finder->analysis, first, finder->channel) && !others_send(finder, first);
}

bool gt_tokens_are_lost(const struct gt_heap_analysis *analysis, const struct gt_map *clocks,
                        const struct gt_member *members, size_t count, struct gt_lost_tokens *lost)
{
    struct token_finder finder = {.analysis = analysis, .clocks = clocks};

    *lost = (struct gt_lost_tokens){.what = "tokens"};
    if (count < MANY_ALIKE) return false;
    finder.channel = token_channel(analysis, members[0].item, &lost->taken);
    if (!finder.channel) {
        struct gt_stack stack = stack_of(analysis, members[0].item);
        if (!find_library(&stack, lost)) return are_received(&finder, members, count, lost);
        finder.library = lost->library;
    }
    return all_wait_for(&finder, members, count) && !others_have(&finder) &&
           count_left(&finder, &lost->left) && lost->left < lost->taken;
}

const char *gt_lost_tokens_text(const struct gt_heap_analysis *analysis,
                                const struct gt_lost_tokens *lost)
{
    if (lost->library || !lost->left)
        return gt_arena_format(analysis->storage,
                               "all %s are taken, and no goroutine is left that may give one back",
                               lost->what);
    return gt_arena_format(analysis->storage,
                           "%" PRIu64 " tokens are taken, and only %" PRIu64
                           " goroutine%s or timer%s left that may give one back",
                           lost->taken, lost->left, lost->left == 1 ? "" : "s",
                           lost->left == 1 ? " is" : "s are");
}

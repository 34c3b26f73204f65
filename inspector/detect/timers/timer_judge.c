/* Marks the heap without timers, and once more without watchers. What a timer keeps is a walk
 * through what such a mark lacks, in which each object counts once, for the first timer that takes
 * it. */
#include "inspector/detect/timers/timer_judge.h"

static void mark_without_timers(struct gt_timer_judge *judge)
{
    const struct gt_heap_analysis *analysis = judge->analysis;
    struct gt_exclusion without;

    gt_exclusion_init(&without, analysis);
    gt_timer_links_leave_out(&judge->links, &without);
    if (judge->links.parents.words.len)
        gt_live_mark(analysis->heap, analysis->roots, &without.roots, &without.cut,
                     &judge->reached);
    else
        gt_baseline_mark(analysis, &without, &judge->reached);
    gt_exclusion_deinit(&without);
}

/* Offset of a context's Done channel: the data word of an atomic.Value's interface; 0 when it is
 * not known. */
static uint64_t offset_of_done(const struct gt_heap_analysis *analysis)
{
    enum { DATA_WORD = 8 };
    struct gt_types *types = analysis->process->types;
    gt_type_id id = gt_types_named(types, "context.cancelCtx");

    if (!id) return 0;
    const struct gt_type *type = gt_types_get(types, id);
    for (size_t i = 0; i < type->field_count; i++)
        if (strcmp(type->fields[i].name, "done") == 0) return type->fields[i].offset + DATA_WORD;
    return 0;
}

void gt_timer_judge_init(struct gt_timer_judge *judge, const struct gt_heap_analysis *analysis)
{
    const struct gt_heap *graph = &analysis->heap->graph;

    judge->analysis = analysis;
    gt_timer_links_init(&judge->links, analysis, false);
    judge->done = offset_of_done(analysis);
    gt_bitmap_init(&judge->reached, graph->objects);
    mark_without_timers(judge);
    gt_beyond_init(&judge->alone, graph, &judge->reached);
    gt_watchers_init(&judge->watchers, analysis);
    gt_beyond_init(&judge->watched, graph, &judge->watchers.reached);
}

void gt_timer_judge_deinit(struct gt_timer_judge *judge)
{
    gt_beyond_deinit(&judge->watched);
    gt_watchers_deinit(&judge->watchers);
    gt_beyond_deinit(&judge->alone);
    gt_bitmap_deinit(&judge->reached);
    gt_timer_links_deinit(&judge->links);
}

bool gt_timer_is_referenced(const struct gt_timer_judge *judge, const struct gt_timer *timer)
{
    return gt_beyond_reached(&judge->alone, timer->address) ||
           (timer->kind != GT_TIMER_FUNC && gt_beyond_reached(&judge->alone, timer->arg));
}

/* ---- what only a timer keeps ---------------------------------------------------------------- */

static uint64_t size_at(const struct gt_beyond *beyond, uint64_t value)
{
    uint32_t object = gt_heap_object(beyond->graph, value);

    if (object == GT_NO_OBJECT || gt_bit(beyond->base, object)) return 0;
    return gt_heap_size(beyond->graph, object);
}

struct backlog {
    const struct gt_timer_judge *judge;
    bool others;
};

static void look_at_capture(void *ctx, uint64_t offset, uint64_t value)
{
    struct backlog *backlog = ctx;
    const struct gt_beyond *alone = &backlog->judge->alone;

    (void)offset;
    if (gt_heap_object(alone->graph, value) == GT_NO_OBJECT)
        backlog->others |= gt_process_is_static(backlog->judge->analysis->process, value);
    else
        backlog->others |= gt_beyond_reached(alone, value);
}

/* Does the function also work on what others reach? */
static bool serves_others(const struct gt_timer_judge *judge, const struct gt_timer *timer)
{
    struct backlog backlog = {.judge = judge};
    uint32_t closure = gt_heap_object(judge->alone.graph, timer->arg);

    if (closure == GT_NO_OBJECT) return false;
    if (gt_beyond_reached(&judge->alone, timer->arg)) return true;
    gt_heap_words(judge->alone.graph, closure, look_at_capture, &backlog);
    return backlog.others;
}

/* Does anything have the Done channel of the context whose deadline it is? */
static bool is_awaited(const struct gt_timer_judge *judge, const struct gt_timer *timer)
{
    const struct gt_heap_analysis *analysis = judge->analysis;
    const struct gt_heap *graph = &analysis->heap->graph;
    uint32_t context = judge->done ? gt_timer_context(&judge->links, timer) : GT_NO_OBJECT;
    uint64_t channel;

    return context != GT_NO_OBJECT && judge->done + 8 <= gt_heap_size(graph, context) &&
           gt_mem_u64(analysis->process->mem, gt_heap_address(graph, context) + judge->done,
                      &channel) &&
           gt_heap_object(graph, channel) != GT_NO_OBJECT &&
           gt_beyond_reached(&judge->alone, channel);
}

static enum gt_verdict_of_timer judge_alone(struct gt_timer_judge *judge,
                                            const struct gt_timer *timer, uint64_t *bytes)
{
    uint64_t own = size_at(&judge->alone, timer->address) + size_at(&judge->alone, timer->arg);

    if (is_awaited(judge, timer)) return GT_TIMER_IN_USE;
    *bytes = gt_beyond_take(&judge->alone, timer->address);
    if (timer->kind == GT_TIMER_FUNC && serves_others(judge, timer) && *bytes < 2 * own)
        return GT_TIMER_IN_USE;
    return GT_TIMER_ABANDONED;
}

/* ---- what only watchers keep ---------------------------------------------------------------- */

/* What the stacks of the watchers lead to, except the ticker and its channel. */
static uint64_t bytes_of_watchers(struct gt_timer_judge *judge, const struct gt_watch *watch,
                                  size_t count, const struct gt_timer *timer)
{
    const struct gt_heap_analysis *analysis = judge->analysis;
    uint64_t own = size_at(&judge->watched, timer->address) + size_at(&judge->watched, timer->arg);
    uint64_t bytes = gt_beyond_take(&judge->watched, timer->address);

    for (size_t i = 0; i < count; i++) {
        uint32_t first = analysis->baseline->first_root[watch[i].goroutine];
        for (uint32_t j = 0; j < analysis->baseline->root_count[watch[i].goroutine]; j++)
            bytes += gt_beyond_take(&judge->watched, gt_root_at(analysis->roots, first + j)->value);
    }
    return bytes > own ? bytes - own : 0;
}

static enum gt_verdict_of_timer judge_watched(struct gt_timer_judge *judge, uint32_t number,
                                              uint64_t *bytes)
{
    const struct gt_timer *timer = gt_timer_at(judge, number);
    size_t count;
    const struct gt_watch *watch = gt_watchers_of(&judge->watchers, number, &count);

    if (!watch || gt_beyond_reached(&judge->watched, timer->address) ||
        gt_beyond_reached(&judge->watched, timer->arg))
        return GT_TIMER_IN_USE;
    *bytes = bytes_of_watchers(judge, watch, count, timer);
    return GT_TIMER_WATCHED;
}

enum gt_verdict_of_timer gt_timer_judge(struct gt_timer_judge *judge, uint32_t number,
                                        uint64_t *bytes)
{
    const struct gt_timer *timer = gt_timer_at(judge, number);

    *bytes = 0;
    if (timer->kind == GT_TIMER_OTHER) return GT_TIMER_IN_USE;
    if (!gt_timer_is_referenced(judge, timer)) return judge_alone(judge, timer, bytes);
    if (timer->kind == GT_TIMER_TICKER) return judge_watched(judge, number, bytes);
    return GT_TIMER_IN_USE;
}

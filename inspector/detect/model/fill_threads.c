/* The process's threads, for the report. */
#include "inspector/detect/model/fill_threads.h"

#include "inspector/base/hash.h"
#include "inspector/detect/describe/locations.h"
#include "inspector/runtime/goroutines/handlers.h"
#include "inspector/runtime/process/threads.h"

#include <stdlib.h>
#include <string.h>

struct builder {
    const struct gt_source_process *source;
    struct gt_report *report;
    struct gt_map ms;      /* a thread's index in the core -> its m */
    struct gt_map running; /* an m -> the index of its goroutine */
};

static void find_ms(struct builder *builder)
{
    struct gt_u64s all = gt_all_ms(builder->source->process);
    size_t count;
    const struct gt_thread *threads = gt_core_threads(builder->source->process->core, &count);

    for (size_t i = 0; i < all.len; i++) {
        uint64_t m = all.at[i];
        const struct gt_thread *thread = gt_threads_of(builder->source->process, m);
        if (thread) *gt_map_put(&builder->ms, (uint64_t)(thread - threads), NULL) = m;
    }
    gt_u64s_deinit(&all);
}

/* A goroutine runs on an m if that m has it as its current one. */
static void find_running(struct builder *builder)
{
    const struct gt_process *process = builder->source->process;
    const struct gt_goroutines *goroutines = builder->source->goroutines;

    for (uint32_t i = 0; i < goroutines->count; i++) {
        const struct gt_goroutine *g = &goroutines->list[i];
        uint64_t m, current;
        if (gt_process_field(process, g->address, GT_F_g_m, &m) && m &&
            gt_process_field(process, m, GT_F_m_curg, &current) && current == g->address)
            *gt_map_put(&builder->running, m, NULL) = i;
    }
}

static struct gt_stack join(struct gt_arena *storage, struct gt_stack top, struct gt_stack rest)
{
    struct gt_source_location *places =
        gt_arena_alloc(storage, (top.count + rest.count) * sizeof *places);

    if (top.count) memcpy(places, top.locations, top.count * sizeof *places);
    if (rest.count) memcpy(places + top.count, rest.locations, rest.count * sizeof *places);
    return (struct gt_stack){places, top.count + rest.count};
}

/* A thread without a goroutine also has the calls that a goroutine's traceback leaves out. */
static struct gt_stack show_all(struct gt_stack stack)
{
    for (size_t i = 0; i < stack.count; i++)
        ((struct gt_source_location *)stack.locations)[i].internal = false;
    return stack;
}

/* A goroutine that is in C already has the C frames of its thread. */
static struct gt_stack stack_of(const struct builder *builder, const struct gt_thread_walk *walk,
                                const struct gt_goroutine *g)
{
    const struct gt_process *process = builder->source->process;
    struct gt_arena *storage = builder->report->storage;
    struct gt_stack own = gt_locations_of_thread(process, walk, storage);
    struct gt_goroutine without = {0};

    if (!g) return show_all(own);
    without = *g;
    without.native_count = 0;
    return join(storage, own,
                gt_locations_of(process, builder->source->goroutines, &without, storage));
}

static struct gt_os_thread make_thread(const struct builder *builder,
                                       const struct gt_thread *thread, uint64_t m)
{
    const uint64_t *index = m ? gt_map_find(&builder->running, m) : NULL;
    const struct gt_goroutine *g = index ? &builder->source->goroutines->list[*index] : NULL;
    struct gt_thread_walk walk;

    gt_thread_walk(builder->source->process, thread, m, g, &walk);
    return (struct gt_os_thread){.tid = thread->tid,
                                 .state = walk.state,
                                 .goroutine = g ? g->id : 0,
                                 .interrupted = walk.interrupted,
                                 .signal = thread->signal,
                                 .stack = stack_of(builder, &walk, g),
                                 .incomplete = walk.why};
}

/* Order: threads with a goroutine, then others that do something, then idle ones. */
static int rank(const struct gt_os_thread *thread)
{
    if (thread->goroutine) return 0;
    return thread->state == GT_THREAD_IDLE ? 2 : 1;
}

static int by_interest(const void *a, const void *b)
{
    const struct gt_os_thread *left = a, *right = b;

    if (rank(left) != rank(right)) return rank(left) - rank(right);
    return left->tid < right->tid ? -1 : left->tid > right->tid;
}

static void fill_list(struct builder *builder)
{
    size_t count;
    const struct gt_thread *threads = gt_core_threads(builder->source->process->core, &count);
    struct gt_os_thread *list = gt_arena_alloc(builder->report->storage, count * sizeof *list);

    for (size_t i = 0; i < count; i++) {
        const uint64_t *m = gt_map_find(&builder->ms, i);
        if (m && gt_handled_badly(builder->source->process, &threads[i])) m = NULL;
        list[i] = make_thread(builder, &threads[i], m ? *m : 0);
    }
    if (count) qsort(list, count, sizeof *list, by_interest);
    builder->report->threads.list = list;
    builder->report->threads.count = count;
}

void gt_fill_threads(const struct gt_source_process *source, struct gt_report *report)
{
    struct builder builder = {.source = source, .report = report};

    find_ms(&builder);
    find_running(&builder);
    fill_list(&builder);
    gt_map_deinit(&builder.ms);
    gt_map_deinit(&builder.running);
}

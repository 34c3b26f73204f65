/* Counts the entries of each list, and maps each child of a context to its word. The context of a
 * deadline is the object that the timer's function captured and that leads back to the timer. */
#include "inspector/detect/timers/timer_links.h"

#include "inspector/detect/hanging/context_tree.h"

/* ---- lists that grow with their entries: lists of timers, maps of children ------------------ */

static void count_listed(struct gt_timer_links *links, uint64_t word)
{
    uint32_t list = gt_heap_object(&links->analysis->heap->graph, word);

    if (list != GT_NO_OBJECT) ++*gt_map_put(&links->listed, list, NULL);
}

static void count_all_listed(struct gt_timer_links *links)
{
    const struct gt_timers *timers = &links->analysis->baseline->timers;

    for (size_t i = 0; i < timers->list.len; i++)
        count_listed(links, ((struct gt_timer *)gt_vec_at(&timers->list, i))->heap_word);
    for (size_t i = 0; i < timers->stopped.len; i++)
        count_listed(links, timers->stopped.at[i]);
}

void gt_timer_links_take_word(const struct gt_timer_links *links, uint64_t word,
                              struct gt_cause *cause)
{
    const struct gt_heap *graph = &links->analysis->heap->graph;
    uint32_t list = gt_heap_object(graph, word);

    gt_u64s_add(&cause->edges.words, word);
    if (list != GT_NO_OBJECT && gt_bit(&links->analysis->live, list))
        gt_cause_take_part(cause, list,
                           gt_heap_size(graph, list) / *gt_map_find(&links->listed, list));
}

/* ---- parents of contexts -------------------------------------------------------------------- */

static void find_parents(struct gt_timer_links *links)
{
    struct gt_vec found = GT_VEC_OF(struct gt_context_link);

    gt_context_links(links->analysis, &found);
    for (size_t i = 0; i < found.len; i++) {
        const struct gt_context_link *link = gt_vec_at(&found, i);
        uint32_t child = gt_heap_object(&links->analysis->heap->graph, link->child);
        if (child == GT_NO_OBJECT) continue;
        *gt_map_put(&links->by_child, child, NULL) = link->word;
        gt_u64s_add(&links->parents.words, link->word);
        count_listed(links, link->word);
    }
    gt_vec_deinit(&found);
}

static bool has_deadlines(const struct gt_heap_analysis *analysis)
{
    const struct gt_vec *timers = &analysis->baseline->timers.list;

    for (size_t i = 0; i < timers->len; i++)
        if (gt_timer_is_deadline(analysis, gt_vec_at(timers, i))) return true;
    return false;
}

void gt_timer_links_init(struct gt_timer_links *links, const struct gt_heap_analysis *analysis,
                         bool all)
{
    *links = (struct gt_timer_links){.analysis = analysis};
    gt_edges_init(&links->parents);
    count_all_listed(links);
    if (all || has_deadlines(analysis)) find_parents(links);
}

void gt_timer_links_deinit(struct gt_timer_links *links)
{
    gt_map_deinit(&links->listed);
    gt_map_deinit(&links->by_child);
    gt_edges_deinit(&links->parents);
}

void gt_timer_links_leave_out(const struct gt_timer_links *links, struct gt_exclusion *without)
{
    const struct gt_heap_analysis *analysis = links->analysis;

    gt_exclusion_add(without, analysis, &analysis->baseline->edges[GT_TIMERS]);
    gt_exclusion_add(without, analysis, &analysis->baseline->edges[GT_STOPPED]);
    gt_exclusion_add(without, analysis, &links->parents);
}

const char *gt_timer_callback(const struct gt_heap_analysis *analysis, const struct gt_timer *timer)
{
    return gt_process_closure(analysis->process,
                              timer->kind == GT_TIMER_FUNC ? timer->arg : timer->callback);
}

bool gt_timer_is_deadline(const struct gt_heap_analysis *analysis, const struct gt_timer *timer)
{
    static const char makers[] = "context.WithDeadline"; /* or WithDeadlineCause */

    return timer->kind == GT_TIMER_FUNC &&
           strncmp(gt_timer_callback(analysis, timer), makers, sizeof makers - 1) == 0;
}

/* ---- a timer's context ---------------------------------------------------------------------- */

struct seeker {
    const struct gt_heap *graph;
    uint32_t timer; /* the Timer's object */
    bool leads;     /* the current object leads to it */
    uint32_t context;
};

static void look_for_timer(void *ctx, uint64_t offset, uint64_t value)
{
    struct seeker *seeker = ctx;

    (void)offset;
    seeker->leads |= gt_heap_object(seeker->graph, value) == seeker->timer;
}

/* Of what the function captured, the context is the object that leads back to the timer. */
static void look_at_capture(void *ctx, uint64_t offset, uint64_t value)
{
    struct seeker *seeker = ctx;
    uint32_t object = gt_heap_object(seeker->graph, value);

    (void)offset;
    if (seeker->leads || object == GT_NO_OBJECT) return;
    gt_heap_words(seeker->graph, object, look_for_timer, seeker);
    if (seeker->leads) seeker->context = object;
}

uint32_t gt_timer_context(const struct gt_timer_links *links, const struct gt_timer *timer)
{
    const struct gt_heap *graph = &links->analysis->heap->graph;
    struct seeker seeker = {graph, gt_heap_object(graph, timer->address), false, GT_NO_OBJECT};
    uint32_t closure = gt_heap_object(graph, timer->arg);

    if (closure == GT_NO_OBJECT || !gt_timer_is_deadline(links->analysis, timer))
        return GT_NO_OBJECT;
    gt_heap_words(graph, closure, look_at_capture, &seeker);
    return seeker.context;
}

/* ---- taking --------------------------------------------------------------------------------- */

void gt_timer_links_take_context(const struct gt_timer_links *links, uint32_t object,
                                 struct gt_cause *cause)
{
    const uint64_t *word = gt_map_find(&links->by_child, object);

    if (word) gt_timer_links_take_word(links, *word, cause);
}

void gt_timer_links_take(const struct gt_timer_links *links, const struct gt_timer *timer,
                         struct gt_cause *cause)
{
    uint32_t context = gt_timer_context(links, timer);

    gt_timer_links_take_word(links, timer->heap_word, cause);
    if (context != GT_NO_OBJECT) gt_timer_links_take_context(links, context, cause);
}

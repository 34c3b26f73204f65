#include "inspector/detect/timers/timer_links.h"

#include "inspector/detect/hanging/context_tree.h"

/* ---- what grows with them: lists of timers, maps of children ------------------------------- */

static void count_listed(struct gt_timer_links *links, uint64_t word)
{
    uint32_t list = gt_heap_object(&links->study->heap->graph, word);

    if (list != GT_NO_OBJECT) ++*gt_map_put(&links->listed, list, NULL);
}

static void count_all_listed(struct gt_timer_links *links)
{
    const struct gt_timers *timers = &links->study->contest->timers;

    for (size_t i = 0; i < timers->list.len; i++)
        count_listed(links, ((struct gt_timer *)gt_vec_at(&timers->list, i))->heap_word);
    for (size_t i = 0; i < timers->stopped.len; i++)
        count_listed(links, gt_vec_u64(&timers->stopped, i));
}

void gt_timer_links_take_word(const struct gt_timer_links *links, uint64_t word,
                              struct gt_cause *cause)
{
    const struct gt_heap *graph = &links->study->heap->graph;
    uint32_t list = gt_heap_object(graph, word);

    gt_vec_add(&cause->edges.words, &word);
    if (list != GT_NO_OBJECT && gt_bit(&links->study->live, list))
        gt_cause_take_part(cause, list,
                           gt_heap_size(graph, list) / *gt_map_find(&links->listed, list));
}

/* ---- parents of contexts -------------------------------------------------------------------- */

static void find_parents(struct gt_timer_links *links)
{
    struct gt_vec found = GT_VEC_OF(struct gt_context_link);

    gt_context_links(links->study, &found);
    for (size_t i = 0; i < found.len; i++) {
        const struct gt_context_link *link = gt_vec_at(&found, i);
        uint32_t child = gt_heap_object(&links->study->heap->graph, link->child);
        if (child == GT_NO_OBJECT) continue;
        *gt_map_put(&links->by_child, child, NULL) = link->word;
        gt_vec_add(&links->parents.words, &link->word);
        count_listed(links, link->word);
    }
    gt_vec_free(&found);
}

static bool has_deadlines(const struct gt_study *study)
{
    const struct gt_vec *timers = &study->contest->timers.list;

    for (size_t i = 0; i < timers->len; i++)
        if (gt_timer_is_deadline(study, gt_vec_at(timers, i))) return true;
    return false;
}

void gt_timer_links_init(struct gt_timer_links *links, const struct gt_study *study, bool all)
{
    *links = (struct gt_timer_links){.study = study};
    gt_edges_init(&links->parents);
    count_all_listed(links);
    if (all || has_deadlines(study)) find_parents(links);
}

void gt_timer_links_deinit(struct gt_timer_links *links)
{
    gt_map_free(&links->listed);
    gt_map_free(&links->by_child);
    gt_edges_deinit(&links->parents);
}

void gt_timer_links_leave_out(const struct gt_timer_links *links, struct gt_absence *without)
{
    const struct gt_study *study = links->study;

    gt_absence_take(without, study, &study->contest->edges[GT_TIMERS]);
    gt_absence_take(without, study, &study->contest->edges[GT_STOPPED]);
    gt_absence_take(without, study, &links->parents);
}

const char *gt_timer_callback(const struct gt_study *study, const struct gt_timer *timer)
{
    return gt_process_closure(study->process,
                              timer->kind == GT_TIMER_FUNC ? timer->arg : timer->callback);
}

bool gt_timer_is_deadline(const struct gt_study *study, const struct gt_timer *timer)
{
    static const char makers[] = "context.WithDeadline"; /* or WithDeadlineCause */

    return timer->kind == GT_TIMER_FUNC &&
           strncmp(gt_timer_callback(study, timer), makers, sizeof makers - 1) == 0;
}

/* ---- a timer's context ---------------------------------------------------------------------- */

struct seeking {
    const struct gt_heap *graph;
    uint32_t timer; /* the Timer's object */
    bool leads;     /* the object that is looked at leads to it */
    uint32_t context;
};

static void look_for_timer(void *ctx, uint64_t offset, uint64_t value)
{
    struct seeking *seeking = ctx;

    (void)offset;
    seeking->leads |= gt_heap_object(seeking->graph, value) == seeking->timer;
}

/* Of what the function has captured, it is what leads back to the timer. */
static void look_at_capture(void *ctx, uint64_t offset, uint64_t value)
{
    struct seeking *seeking = ctx;
    uint32_t object = gt_heap_object(seeking->graph, value);

    (void)offset;
    if (seeking->leads || object == GT_NO_OBJECT) return;
    gt_heap_words(seeking->graph, object, look_for_timer, seeking);
    if (seeking->leads) seeking->context = object;
}

uint32_t gt_timer_context(const struct gt_timer_links *links, const struct gt_timer *timer)
{
    const struct gt_heap *graph = &links->study->heap->graph;
    struct seeking seeking = {graph, gt_heap_object(graph, timer->address), false, GT_NO_OBJECT};
    uint32_t closure = gt_heap_object(graph, timer->arg);

    if (closure == GT_NO_OBJECT || !gt_timer_is_deadline(links->study, timer)) return GT_NO_OBJECT;
    gt_heap_words(graph, closure, look_at_capture, &seeking);
    return seeking.context;
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

/* Marks the heap without timers and without the causes' edges. Then it walks from each edge through
 * what this mark lacks, and takes the timers and contexts that it meets. */
#include "inspector/detect/timers/deferred_timers.h"

#include "inspector/detect/retention/beyond.h"
#include "inspector/detect/timers/timer_links.h"

struct giver {
    const struct gt_heap_analysis *analysis;
    struct gt_causes *causes;
    size_t first;
    struct gt_timer_links links;
    struct gt_map timers;      /* object of a Timer -> the timer's number + 1 */
    struct gt_bitmap reached;  /* what is live without deferred calls and timers */
    struct gt_beyond deferred; /* what that lacks */
};

static struct gt_cause *cause_at(const struct giver *giver, size_t index)
{
    return gt_vec_at(&giver->causes->list, index);
}

static void mark_others(struct giver *giver)
{
    const struct gt_heap_analysis *analysis = giver->analysis;
    struct gt_exclusion without;

    gt_exclusion_init(&without, analysis);
    gt_timer_links_leave_out(&giver->links, &without);
    for (size_t i = giver->first; i < giver->causes->list.len; i++)
        gt_exclusion_add(&without, analysis, &cause_at(giver, i)->edges);
    gt_bitmap_init(&giver->reached, analysis->heap->graph.objects);
    gt_live_mark(analysis->heap, analysis->roots, &without.roots, &without.cut, &giver->reached);
    gt_exclusion_deinit(&without);
}

/* A ticker or a one-shot timer is also in use through its channel. */
static void map_timers(struct giver *giver)
{
    const struct gt_vec *list = &giver->analysis->baseline->timers.list;

    for (size_t i = 0; i < list->len; i++) {
        const struct gt_timer *timer = gt_vec_at(list, i);
        if (timer->kind == GT_TIMER_OTHER || gt_beyond_reached(&giver->deferred, timer->address) ||
            (timer->kind != GT_TIMER_FUNC && gt_beyond_reached(&giver->deferred, timer->arg)))
            continue;
        uint32_t object = gt_heap_object(&giver->analysis->heap->graph, timer->address);
        *gt_map_put(&giver->timers, object, NULL) = i + 1;
    }
}

static void take_from(struct giver *giver, uint64_t value, struct gt_cause *cause)
{
    gt_beyond_take(&giver->deferred, value);
    for (size_t i = 0; i < giver->deferred.list.len; i++) {
        uint32_t object = giver->deferred.list.at[i];
        const uint64_t *number = gt_map_find(&giver->timers, object);
        if (number) {
            const struct gt_timer *timer =
                gt_vec_at(&giver->analysis->baseline->timers.list, *number - 1);
            gt_timer_links_take_word(&giver->links, timer->heap_word, cause);
        }
        gt_timer_links_take_context(&giver->links, object, cause);
    }
}

/* The cause has the edges of the records so far. */
static void take_timers(struct giver *giver, struct gt_cause *cause)
{
    size_t roots = cause->edges.roots.len, words = cause->edges.words.len;
    uint64_t value;

    for (size_t i = 0; i < roots; i++) {
        uint32_t number = cause->edges.roots.at[i];
        take_from(giver, gt_root_at(giver->analysis->roots, number)->value, cause);
    }
    for (size_t i = 0; i < words; i++)
        if (gt_mem_u64(giver->analysis->process->mem, cause->edges.words.at[i], &value))
            take_from(giver, value, cause);
}

void gt_deferred_take_timers(const struct gt_heap_analysis *analysis, struct gt_causes *causes,
                             size_t first)
{
    struct giver giver = {.analysis = analysis, .causes = causes, .first = first};

    if (first == causes->list.len) return;
    gt_timer_links_init(&giver.links, analysis, true);
    mark_others(&giver);
    gt_beyond_init(&giver.deferred, &analysis->heap->graph, &giver.reached);
    map_timers(&giver);
    for (size_t i = first; i < causes->list.len; i++)
        take_timers(&giver, cause_at(&giver, i));
    gt_beyond_deinit(&giver.deferred);
    gt_bitmap_deinit(&giver.reached);
    gt_map_deinit(&giver.timers);
    gt_timer_links_deinit(&giver.links);
}

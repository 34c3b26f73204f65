#include "inspector/detect/timers/deferred_timers.h"

#include "inspector/detect/retention/beyond.h"
#include "inspector/detect/timers/timer_links.h"

struct giving {
    const struct gt_study *study;
    struct gt_causes *causes;
    size_t first;
    struct gt_timer_links links;
    struct gt_map timers;      /* object of a Timer -> its number + 1 */
    struct gt_bitmap reached;  /* live without deferred calls and timers */
    struct gt_beyond deferred; /* what that leaves out */
};

static struct gt_cause *cause_at(const struct giving *giving, size_t index)
{
    return gt_vec_at(&giving->causes->list, index);
}

static void mark_others(struct giving *giving)
{
    const struct gt_study *study = giving->study;
    struct gt_absence without;

    gt_absence_init(&without, study);
    gt_timer_links_leave_out(&giving->links, &without);
    for (size_t i = giving->first; i < giving->causes->list.len; i++)
        gt_absence_take(&without, study, &cause_at(giving, i)->edges);
    gt_bitmap_init(&giving->reached, study->heap->graph.objects);
    gt_live_mark(study->heap, study->roots, &without.roots, &without.cut, &giving->reached);
    gt_absence_deinit(&without);
}

/* A ticker or a one-shot timer is in use by its channel, too. */
static void map_timers(struct giving *giving)
{
    const struct gt_vec *list = &giving->study->contest->timers.list;

    for (size_t i = 0; i < list->len; i++) {
        const struct gt_timer *timer = gt_vec_at(list, i);
        if (timer->kind == GT_TIMER_OTHER || gt_beyond_reached(&giving->deferred, timer->address) ||
            (timer->kind != GT_TIMER_FUNC && gt_beyond_reached(&giving->deferred, timer->arg)))
            continue;
        uint32_t object = gt_heap_object(&giving->study->heap->graph, timer->address);
        *gt_map_put(&giving->timers, object, NULL) = i + 1;
    }
}

static void take_from(struct giving *giving, uint64_t value, struct gt_cause *cause)
{
    gt_beyond_take(&giving->deferred, value);
    for (size_t i = 0; i < giving->deferred.list.len; i++) {
        uint32_t object = gt_vec_u32(&giving->deferred.list, i);
        const uint64_t *number = gt_map_find(&giving->timers, object);
        if (number) {
            const struct gt_timer *timer =
                gt_vec_at(&giving->study->contest->timers.list, *number - 1);
            gt_timer_links_take_word(&giving->links, timer->heap_word, cause);
        }
        gt_timer_links_take_context(&giving->links, object, cause);
    }
}

/* Its edges so far are those of the records. */
static void take_timers(struct giving *giving, struct gt_cause *cause)
{
    size_t roots = cause->edges.roots.len, words = cause->edges.words.len;
    uint64_t value;

    for (size_t i = 0; i < roots; i++) {
        uint32_t number = gt_vec_u32(&cause->edges.roots, i);
        take_from(giving, gt_root_at(giving->study->roots, number)->value, cause);
    }
    for (size_t i = 0; i < words; i++)
        if (gt_mem_u64(giving->study->process->mem, gt_vec_u64(&cause->edges.words, i), &value))
            take_from(giving, value, cause);
}

void gt_deferred_take_timers(const struct gt_study *study, struct gt_causes *causes, size_t first)
{
    struct giving giving = {.study = study, .causes = causes, .first = first};

    if (first == causes->list.len) return;
    gt_timer_links_init(&giving.links, study, true);
    mark_others(&giving);
    gt_beyond_init(&giving.deferred, &study->heap->graph, &giving.reached);
    map_timers(&giving);
    for (size_t i = first; i < causes->list.len; i++)
        take_timers(&giving, cause_at(&giving, i));
    gt_beyond_deinit(&giving.deferred);
    gt_bitmap_free(&giving.reached);
    gt_map_free(&giving.timers);
    gt_timer_links_deinit(&giving.links);
}

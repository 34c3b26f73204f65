/* Copies what is known of a goroutine into the instance. Titles are made of the wait reason and of
 * the location that a person looks at first. */
#include "inspector/detect/detectors/hung_texts.h"

#include "inspector/detect/describe/label_texts.h"
#include "inspector/detect/describe/locations.h"
#include "inspector/detect/describe/wait_words.h"
#include "inspector/detect/hanging/abandoned.h"
#include "inspector/detect/waiting/blocking.h"

#include <inttypes.h>

void gt_hung_describe(const struct gt_heap_analysis *analysis, uint32_t number, uint64_t latest,
                      struct gt_instance *instance)
{
    const struct gt_goroutine *g = &analysis->goroutines->list[number];

    instance->hung.goroutine = g->id;
    instance->hung.parent = g->parent_id;
    instance->hung.wait_reason = gt_heap_analysis_keep(analysis, g->wait_reason);
    instance->hung.wait_ns = gt_wait_ns(g, latest);
    instance->hung.blocked = gt_blocking_describe(analysis, number, &instance->hung.blocked_count);
    instance->hung.labels =
        gt_labels_describe(analysis->process, g, analysis->storage, &instance->hung.label_count);
    instance->hung.stack =
        gt_locations_of(analysis->process, analysis->goroutines, g, analysis->storage);
    instance->hung.created_by = gt_location_created(analysis->process, g, analysis->storage);
    instance->hung.stack_bytes = g->stack_hi - g->stack_lo;
}

const char *gt_hung_who(const struct gt_heap_analysis *analysis, const struct gt_cause *cause,
                        const char *how)
{
    const struct gt_instance *first = &cause->instances[0];
    const struct gt_source_location *place = gt_locations_user(&first->hung.stack);
    const char *words = gt_wait_words(first->hung.wait_reason);

    if (!words) words = gt_arena_format(analysis->storage, "(%s)", first->hung.wait_reason);
    return gt_arena_format(analysis->storage, "%s goroutine%s blocked%s %s in %s",
                           gt_heap_analysis_count(analysis, cause->count),
                           cause->count == 1 ? "" : "s", how, words,
                           place ? gt_location_name(analysis, place) : "an unknown function");
}

const char *gt_hung_behind(const struct gt_heap_analysis *analysis, const char *title,
                           uint32_t leader)
{
    const struct gt_goroutine *g = &analysis->goroutines->list[leader];
    struct gt_stack stack =
        gt_locations_of(analysis->process, analysis->goroutines, g, analysis->storage);
    const struct gt_source_location *place = gt_locations_user(&stack);

    return gt_arena_format(
        analysis->storage,
        "%s; goroutine %" PRIu64 ", for which they wait, is blocked forever in %s", title, g->id,
        place ? gt_location_name(analysis, place) : "an unknown function");
}

bool gt_hung_leads_many(const struct gt_heap_analysis *analysis, const struct gt_lock_roles *roles,
                        const struct gt_member *members, size_t count)
{
    struct gt_map leaders = {0};
    size_t behind = 0;

    for (size_t i = 0; i < count; i++)
        gt_map_put(&leaders, members[i].item + 1, NULL);
    for (uint32_t i = 0; i < analysis->goroutines->count; i++)
        behind += roles->leader[i] && gt_map_find(&leaders, roles->leader[i]);
    gt_map_deinit(&leaders);
    return behind >= GT_MANY_ALIKE;
}

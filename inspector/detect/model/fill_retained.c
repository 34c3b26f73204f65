/* What each of the report's groups of goroutines keeps alive. */
#include "inspector/detect/model/fill_retained.h"
#include "inspector/base/alloc.h"
#include "inspector/detect/retention/retained.h"

/* Goroutines by id. In a damaged core two may have one id: the last counts. */
static struct gt_map number_ids(const struct gt_goroutines *all)
{
    struct gt_map numbers = {0};

    for (uint32_t i = 0; i < all->count; i++)
        *gt_map_put(&numbers, all->list[i].id, NULL) = i;
    return numbers;
}

/* `room` has an entry for each goroutine of the groups. */
static void list_members(const struct gt_goroutines *all, const struct gt_goroutine_group *groups,
                         size_t count, uint32_t *room, struct gt_retained *retained)
{
    struct gt_map numbers = number_ids(all);

    for (size_t i = 0; i < count; i++) {
        retained[i] = (struct gt_retained){.members = room, .count = groups[i].id_count};
        for (size_t j = 0; j < groups[i].id_count; j++)
            *room++ = (uint32_t)*gt_map_find(&numbers, groups[i].ids[j]);
    }
    gt_map_deinit(&numbers);
}

/* If the core lacks a goroutine's stack, what it keeps is not known. */
static bool is_known(const struct gt_heap_analysis *analysis, const struct gt_retained *retained)
{
    for (size_t i = 0; i < retained->count; i++) {
        const struct gt_goroutine *g = &analysis->goroutines->list[retained->members[i]];
        if (!g->frame_count ||
            !gt_mem_at(analysis->process->mem, g->stack_lo, g->stack_hi - g->stack_lo))
            return false;
    }
    return true;
}

static void fill_group(const struct gt_heap_analysis *analysis, const struct gt_retained *retained,
                       struct gt_goroutine_group *group)
{
    if (!is_known(analysis, retained)) return;
    group->retained_bytes = (int64_t)retained->bytes;
    group->retained_objects = (int64_t)retained->objects;
    group->retained_exact = gt_process_is_whole(analysis->process);
    group->kept = retained->kept;
    group->kept_count = retained->kept_count;
}

void gt_fill_retained(struct gt_heap_analysis *analysis, struct gt_report *report)
{
    size_t count = report->goroutines.group_count;
    struct gt_goroutine_group *groups = gt_arena_alloc(report->storage, count * sizeof *groups);
    struct gt_retained *retained = gt_calloc(count + 1, sizeof *retained);
    uint32_t *members = gt_calloc((size_t)analysis->goroutines->count + 1, sizeof *members);

    if (count) memcpy(groups, report->goroutines.groups, count * sizeof *groups);
    list_members(analysis->goroutines, groups, count, members, retained);
    gt_retained_find(analysis, retained, count);
    for (size_t i = 0; i < count; i++)
        fill_group(analysis, &retained[i], &groups[i]);
    report->goroutines.groups = groups;
    gt_free(members);
    gt_free(retained);
}

/* Describes the ancestors of the group's first goroutine. An ancestor has a number only if all
 * goroutines of the group have the same one. */
#include "inspector/detect/model/fill_ancestors.h"

#include "inspector/detect/describe/locations.h"
#include "inspector/runtime/goroutines/ancestors.h"

#include <inttypes.h>

void gt_add_ancestors_key(const struct gt_source_process *source, const struct gt_goroutine *g,
                          struct gt_str *key)
{
    struct gt_ancestor_record ancestor;
    size_t count = gt_ancestor_count(source->process, g);

    for (size_t i = 0; i < count && gt_ancestor_at(source->process, g, i, &ancestor); i++) {
        gt_str_format(key, ";%" PRIx64, ancestor.go_pc);
        for (size_t j = 0; j < ancestor.pc_count; j++)
            gt_str_format(key, " %" PRIx64, ancestor.pcs[j]);
    }
}

/* Goroutines whose ancestors ran the same code may have had different ancestors. */
static bool is_shared(const struct gt_source_process *source, const struct gt_member *members,
                      size_t count, size_t index, uint64_t id)
{
    struct gt_ancestor_record theirs;

    for (size_t i = 1; i < count; i++)
        if (!gt_ancestor_at(source->process, &source->goroutines->list[members[i].item], index,
                            &theirs) ||
            theirs.id != id)
            return false;
    return true;
}

void gt_fill_ancestors(const struct gt_source_process *source, const struct gt_member *members,
                       size_t count, struct gt_arena *storage, struct gt_goroutine_group *group)
{
    const struct gt_goroutine *first = &source->goroutines->list[members[0].item];
    size_t most = gt_ancestor_count(source->process, first);
    struct gt_ancestor *ancestors = gt_arena_alloc(storage, most * sizeof *ancestors);
    struct gt_ancestor_record record;

    for (size_t i = 0; i < most && gt_ancestor_at(source->process, first, i, &record); i++) {
        const struct gt_goroutine started = {.go_pc = record.go_pc};
        bool shared = is_shared(source, members, count, i, record.id);
        ancestors[group->ancestor_count++] = (struct gt_ancestor){
            .goroutine = shared ? record.id : 0,
            .stack = gt_locations_called(source->process, storage, record.pcs, record.pc_count),
            .created_by = gt_location_created(source->process, &started, storage),
        };
    }
    group->ancestors = ancestors;
}

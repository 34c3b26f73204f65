/* Looks only at regions whose slots have the size of a map's header. Threads share them by parts,
 * and each part has a count of its own. */
#include "inspector/detect/windows/map_lengths.h"

#include "inspector/base/alloc.h"
#include "inspector/base/task.h"
#include "inspector/runtime/consistency/consistency.h"
#include "inspector/runtime/typing/map_shapes.h"

#include <stdatomic.h>

enum {
    PART_REGIONS = 32,
    MANY_PARTS = 8, /* fewer are not worth another thread */
};

struct part {
    uint64_t count, first; /* maps, and the first one's address */
};

struct work { /* on the heap: if this call unwinds, tasks still use it until they end */
    const struct gt_heap_analysis *analysis;
    uint64_t running; /* threads that may write to a map without a lock, and lose an entry each */
    struct part *parts;
    uint32_t part_count;
    atomic_uint next;
};

/* An object that is a map's header has the map's type. */
static void check_object(const struct work *work, uint32_t object, uint64_t addr, struct part *part)
{
    const struct gt_heap_analysis *analysis = work->analysis;
    gt_type_id type = gt_typing_type(analysis->typing, object);

    if (type && gt_types_get(analysis->process->types, type)->kind == GT_T_MAP &&
        gt_map_apart(analysis->process, type, addr) > work->running && !part->count++)
        part->first = addr;
}

/* Of most neighbours none is a map. */
static void check_region(const struct work *work, const struct gt_region *region, struct part *part)
{
    const struct gt_heap_analysis *analysis = work->analysis;
    uint32_t first = region->first, end = first + region->count, next;

    if (!region->count || !gt_map_has_size(analysis->heap, first)) return;
    for (uint32_t object = first; object < end; object = next) {
        next = object / GT_TYPED_TOGETHER * GT_TYPED_TOGETHER + GT_TYPED_TOGETHER;
        if (!gt_typing_may_be_near(analysis->typing, object, GT_T_MAP)) continue;
        for (; object < end && object < next; object++)
            if (gt_bit(&analysis->live, object))
                check_object(work, object, region->base + (object - first) * region->slot_size,
                             part);
    }
}

static struct gt_error *check_parts(void *args)
{
    struct work *work = args;
    const struct gt_heap *graph = &work->analysis->heap->graph;

    for (uint32_t next; (next = atomic_fetch_add(&work->next, 1)) < work->part_count;)
        for (uint32_t i = next * PART_REGIONS;
             i < graph->region_count && i < (next + 1) * PART_REGIONS; i++)
            check_region(work, &graph->regions[i], &work->parts[next]);
    return NULL;
}

void gt_check_map_lengths(const struct gt_heap_analysis *analysis)
{
    const struct gt_heap *graph = &analysis->heap->graph;
    struct work *work = gt_calloc(1, sizeof *work);

    work->analysis = analysis;
    work->running = gt_running_processors(analysis->process);
    work->part_count = graph->region_count / PART_REGIONS + 1;
    work->parts = gt_calloc(work->part_count, sizeof *work->parts);
    gt_task_share(work->part_count < MANY_PARTS ? 1 : graph->threads, check_parts, work);
    for (uint32_t i = 0; i < work->part_count; i++)
        gt_contradict(&analysis->process->contradictions, GT_CONTRADICTION_MAPS,
                      work->parts[i].count, work->parts[i].first);
    gt_free(work->parts);
    gt_free(work);
}

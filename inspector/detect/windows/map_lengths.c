/* Looks only at regions whose slots have the size of a map's header. */
#include "inspector/detect/windows/map_lengths.h"

#include "inspector/runtime/consistency/consistency.h"
#include "inspector/runtime/typing/map_shapes.h"

/* An object that is a map's header has the map's type. */
static void check_object(const struct gt_heap_analysis *analysis, uint32_t object)
{
    gt_type_id type = gt_typing_type(analysis->typing, object);

    if (type && gt_types_get(analysis->process->types, type)->kind == GT_T_MAP)
        gt_consistency_of_map(analysis->process, type,
                              gt_heap_address(&analysis->heap->graph, object));
}

void gt_check_map_lengths(const struct gt_heap_analysis *analysis)
{
    const struct gt_heap *graph = &analysis->heap->graph;

    for (uint32_t i = 0; i < graph->region_count; i++) {
        const struct gt_region *region = &graph->regions[i];
        if (!region->count || !gt_map_has_size(analysis->heap, region->first)) continue;
        for (uint32_t slot = 0; slot < region->count; slot++)
            if (gt_bit(&analysis->live, region->first + slot))
                check_object(analysis, region->first + slot);
    }
}

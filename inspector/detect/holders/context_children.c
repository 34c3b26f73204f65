/* Counts the first keys by the types that their interface words name. */
#include "inspector/detect/holders/context_children.h"

#include "gotypes/types/maps.h"
#include "inspector/detect/describe/makers.h"

#include <string.h>

enum { LOOKED_AT = 64 };

struct counter {
    const struct gt_process *process;
    size_t all, functions;
};

/* A key is an interface: its first word leads to the type. */
static bool count_child(void *ctx, uint64_t key, uint64_t elem)
{
    struct counter *counter = ctx;
    uint64_t itab;

    (void)elem;
    if (!gt_mem_u64(counter->process->mem, key, &itab)) return false;
    gt_type_id type = gt_types_of_itab(counter->process->types, itab);
    counter->all++;
    counter->functions +=
        type && strcmp(gt_types_name(counter->process->types, type), "*context.afterFuncCtx") == 0;
    return counter->all < LOOKED_AT;
}

static bool are_functions(const struct gt_heap_analysis *analysis, uint64_t map)
{
    struct counter counter = {.process = analysis->process};
    uint32_t object = gt_heap_object(&analysis->heap->graph, map);

    if (object >= analysis->heap->graph.scan_objects) return false; /* or GT_NO_OBJECT */
    gt_type_id type = gt_typing_type(analysis->typing, object);
    if (!type || gt_types_get(analysis->process->types, type)->kind != GT_T_MAP) return false;
    gt_map_walk(analysis->process->types, type, gt_heap_address(&analysis->heap->graph, object),
                count_child, &counter);
    return counter.functions > counter.all / 2;
}

/* The first few calls of many would be those of others. */
static const char *add_calls(const struct gt_heap_analysis *analysis, const char *advice,
                             const char *const *functions)
{
    struct gt_makers makers = gt_makers_by_code(analysis, functions);

    if (!makers.count || makers.count > GT_MAKERS_SHOWN) return advice;
    return gt_arena_format(analysis->storage, "%s, at %s", advice,
                           gt_makers_describe(analysis, &makers));
}

const char *gt_children_advice(const struct gt_heap_analysis *analysis, uint64_t map)
{
    static const char *const registers[] = {"context.AfterFunc", NULL};
    static const char *const derives[] = {"context.WithCancel", "context.WithTimeout",
                                          "context.WithDeadline", NULL};

    if (are_functions(analysis, map))
        return add_calls(analysis,
                         "call the stop function that context.AfterFunc returned for each of these "
                         "functions, or defer it",
                         registers);
    return add_calls(analysis,
                     "call the cancel function that context.WithCancel, WithTimeout or "
                     "WithDeadline returned for each of these contexts, or defer it",
                     derives);
}

/* Searches the program's code for calls of the functions, counts those outside Go's library, and
 * keeps the first few that have different source lines. */
#include "inspector/detect/describe/makers.h"

#include "inspector/runtime/process/callers.h"

#include <string.h>

struct gatherer {
    const struct gt_heap_analysis *analysis;
    struct gt_makers makers;
};

/* Is the source line in the list? A method, and the wrapper that calls it by an interface, may have
 * the same code inlined. */
static bool is_known(const struct gt_makers *makers, const struct gt_source_location *place)
{
    for (size_t i = 0; i < makers->count && i < GT_MAKERS_SHOWN; i++) {
        const struct gt_source_location *other = gt_locations_own(&makers->stacks[i]);
        if (place->line && place->line == other->line && place->source && other->source &&
            strcmp(place->source, other->source) == 0)
            return true;
    }
    return false;
}

static void take_place(void *ctx, uint64_t pc)
{
    struct gatherer *gatherer = ctx;
    const struct gt_heap_analysis *analysis = gatherer->analysis;
    struct gt_makers *makers = &gatherer->makers;
    struct gt_stack stack = gt_locations_at(analysis->process, analysis->storage, pc, true);

    const struct gt_source_location *place = gt_locations_own(&stack);
    if (!place || is_known(makers, place)) return;
    if (makers->count < GT_MAKERS_SHOWN) makers->stacks[makers->count] = stack;
    makers->count++;
}

struct gt_makers gt_makers_by_code(const struct gt_heap_analysis *analysis,
                                   const char *const *names)
{
    struct gatherer gatherer = {.analysis = analysis};

    gt_callers_of(analysis->process, names, take_place, &gatherer);
    return gatherer.makers;
}

static const char *describe_place(const struct gt_heap_analysis *analysis,
                                  const struct gt_stack *stack)
{
    const struct gt_source_location *place = gt_locations_own(stack);

    if (!place->source || !place->line) return gt_location_name(analysis, place);
    return gt_arena_format(analysis->storage, "%s (%s:%u)", gt_location_name(analysis, place),
                           place->source, place->line);
}

const char *gt_makers_describe(const struct gt_heap_analysis *analysis,
                               const struct gt_makers *makers)
{
    const char *text;

    if (!makers->count) return NULL;
    text = describe_place(analysis, &makers->stacks[0]);
    if (makers->count == 1) return text;
    text = gt_arena_format(analysis->storage, "one of %s", text);
    for (size_t i = 1; i < makers->count && i < GT_MAKERS_SHOWN; i++)
        text = gt_arena_format(analysis->storage, "%s, %s", text,
                               describe_place(analysis, &makers->stacks[i]));
    if (makers->count <= GT_MAKERS_SHOWN) return text;
    return gt_arena_format(analysis->storage, "%s and %zu more", text,
                           makers->count - GT_MAKERS_SHOWN);
}

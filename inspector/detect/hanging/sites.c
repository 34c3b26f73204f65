/* A site is a text: the location that a person looks at first, and the go statement's address, or
 * the function that called iter.Pull. */
#include "inspector/detect/hanging/sites.h"

#include "inspector/detect/describe/locations.h"

#include <inttypes.h>
#include <string.h>

/* The function of the program that called iter.Pull for a coroutine; NULL if the goroutine is none.
 * Up to Go 1.26 each call of iter.Pull is inlined, so each has a site of its own. */
static const char *puller_of(const struct gt_heap_analysis *analysis, const struct gt_goroutine *g)
{
    static const char pull[] = "iter.Pull";
    struct gt_stack calls = gt_locations_at(analysis->process, analysis->storage, g->go_pc, true);
    const struct gt_source_location *user = gt_locations_user(&calls);

    if (!user || strncmp(calls.locations[0].function, pull, strlen(pull)) != 0) return NULL;
    return user->function;
}

const char *gt_site_of(const struct gt_heap_analysis *analysis, uint32_t goroutine)
{
    const struct gt_goroutine *g = &analysis->goroutines->list[goroutine];
    struct gt_stack stack =
        gt_locations_of(analysis->process, analysis->goroutines, g, analysis->storage);
    const struct gt_source_location *place = gt_locations_user(&stack);
    const char *puller = puller_of(analysis, g);

    if (place && puller)
        return gt_arena_format(analysis->storage, "%s:%u %s", gt_location_name(analysis, place),
                               place->line, puller);
    return gt_arena_format(analysis->storage, "%s:%u %" PRIx64, place ? place->function : "",
                           place ? place->line : 0, g->go_pc);
}

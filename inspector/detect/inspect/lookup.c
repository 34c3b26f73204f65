/* An exact name is taken at once. Otherwise all names are offered to a search, which keeps the
 * first two different matches and the most similar of the rest. */
#include "inspector/detect/inspect/lookup.h"

#include "inspector/base/error.h"

bool gt_name_search_take(struct gt_name_search *search, const char *name)
{
    if (!search->found) {
        search->found = name;
        return true;
    }
    if (strcmp(search->found, name) != 0) search->other = name;
    return false;
}

bool gt_name_search_offer(struct gt_name_search *search, const char *name)
{
    if (!name) return false;
    if (gt_name_means(search->name, name)) return gt_name_search_take(search, name);
    gt_near_names_offer(&search->near, name);
    return false;
}

struct gt_error *gt_name_search_outcome(const struct gt_heap_analysis *analysis,
                                        const struct gt_name_search *search, const char *what)
{
    if (search->other)
        return gt_error_create(GT_ERR_USAGE, "'%s' may be %s or %s: give more of the name",
                               search->name, search->found, search->other);
    if (search->found) return NULL;
    return gt_error_create(GT_ERR_USAGE, "there is no %s '%s'%s", what, search->name,
                           gt_near_names_text(&search->near, analysis->storage));
}

struct gt_error *gt_lookup_type(const struct gt_heap_analysis *analysis, const char *name,
                                gt_type_id *type)
{
    struct gt_types *types = analysis->process->types;
    struct gt_name_search search = {.near.wanted = name, .name = name};

    *type = gt_types_named(types, name);
    if (*type) return NULL;
    for (gt_type_id id = 1; id <= gt_types_count(types); id++)
        if (gt_name_search_offer(&search, gt_types_name(types, id))) *type = id;
    return gt_name_search_outcome(analysis, &search, "type");
}

struct gt_error *gt_lookup_global(const struct gt_heap_analysis *analysis, const char *name,
                                  const struct gt_debug_global **global)
{
    struct gt_globals globals = gt_process_globals(analysis->process);
    struct gt_name_search search = {.near.wanted = name, .name = name};

    *global = NULL;
    if (!globals.count)
        return gt_error_create(GT_ERR_MISSING, "the binary has no debug information, so no global "
                                               "has a name: ask gotopsy show by its address");
    for (size_t i = 0; i < globals.count; i++) {
        if (strcmp(globals.list[i].name, name) != 0) continue;
        *global = &globals.list[i];
        return NULL;
    }
    for (size_t i = 0; i < globals.count; i++)
        if (gt_name_search_offer(&search, globals.list[i].name)) *global = &globals.list[i];
    return gt_name_search_outcome(analysis, &search, "global variable");
}

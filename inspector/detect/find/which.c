/* Looks for the exact name among the kinds of live objects, then for kinds whose short name or end
 * matches. If there is none, it looks in the same way among all types. */
#include "inspector/detect/find/which.h"

#include "inspector/detect/heap_tables/type_package.h"
#include "inspector/detect/inspect/lookup.h"

#include <string.h>

enum { MOST_NAME = 1024 };

/* "map[string]*http.Conn" for "map[string]*net/http.Conn". A name that does not fit is
 * truncated. */
static void shorten(const char *name, char out[MOST_NAME])
{
    size_t length = 0, path = 0;

    for (; *name && length < MOST_NAME - 1; name++) {
        if (*name == '/')
            length = path;
        else
            out[length++] = *name;
        if (strchr("[]*(){} ,;", *name)) path = length;
    }
    out[length] = '\0';
}

static bool is_same(const char *wanted, const char *name)
{
    char one[MOST_NAME], other[MOST_NAME];

    if (strcmp(wanted, name) == 0) return true;
    if (strchr(wanted, '/')) return false;
    shorten(wanted, one);
    shorten(name, other);
    return strcmp(one, other) == 0;
}

/* A type with the name, of those that are known by now. */
static gt_type_id type_called(struct gt_types *types, const char *name)
{
    gt_type_id type = gt_types_named(types, name);

    for (gt_type_id id = 1; !type && id <= gt_types_count(types); id++)
        if (is_same(name, gt_types_name(types, id))) type = id;
    return type;
}

/* A kind that is a whole value of the type. Arrays of it have another name. */
static void set_kind(const struct gt_heap_analysis *analysis, const struct gt_object_kinds *kinds,
                     uint32_t number, struct gt_wanted_kind *out)
{
    const struct gt_object_kind *kind = gt_object_kind_at(kinds, number);
    const char *type =
        kind->type ? gt_full_type_name(analysis->process->types, kind->type, analysis->storage)
                   : "";

    out->number = number;
    out->name = gt_heap_analysis_keep(analysis, kind->name);
    if (strcmp(type, kind->name) == 0) out->type = kind->type;
    if (strncmp(kind->name, "chan ", 5) == 0 && !out->type)
        out->type = type_called(analysis->process->types, kind->name);
    if (strncmp(kind->name, "[]", 2) == 0 && strcmp(type, kind->name + 2) == 0)
        out->elem = kind->type;
}

static bool find_whole(const struct gt_heap_analysis *analysis, const struct gt_object_kinds *kinds,
                       const char *name, struct gt_wanted_kind *out)
{
    for (uint32_t i = 0; i < kinds->list.len; i++) {
        if (strcmp(gt_object_kind_at(kinds, i)->name, name) != 0) continue;
        set_kind(analysis, kinds, i, out);
        return true;
    }
    return false;
}

/* Offers the kinds whose names match; the first one counts. */
static void offer_kinds(const struct gt_object_kinds *kinds, struct gt_name_search *search,
                        uint32_t *number)
{
    for (uint32_t i = 0; i < kinds->list.len; i++) {
        const char *name = gt_object_kind_at(kinds, i)->name;
        bool same = is_same(search->name, name);
        if (same ? gt_name_search_take(search, name) : gt_name_search_offer(search, name))
            *number = i;
    }
}

/* No live object is of the type: does the type exist? */
static struct gt_error *find_empty(const struct gt_heap_analysis *analysis,
                                   struct gt_name_search *search, const char *name,
                                   struct gt_wanted_kind *out)
{
    struct gt_types *types = analysis->process->types;
    gt_type_id found = GT_NO_TYPE;

    out->number = GT_NO_KIND;
    out->type = type_called(types, name);
    for (gt_type_id id = 1; !out->type && id <= gt_types_count(types); id++)
        if (gt_name_search_offer(search, gt_types_name(types, id))) found = id;
    if (search->other) return gt_name_search_outcome(analysis, search, "type");
    if (!out->type) out->type = found;
    if (out->type) out->name = gt_heap_analysis_keep(analysis, gt_types_name(types, out->type));
    return out->type ? NULL : gt_name_search_outcome(analysis, search, "type");
}

struct gt_error *gt_wanted_kind_find(const struct gt_heap_analysis *analysis,
                                     const struct gt_object_kinds *kinds, const char *name,
                                     struct gt_wanted_kind *out)
{
    uint32_t number = GT_NO_KIND;

    *out = (struct gt_wanted_kind){.pointer = *name == '*'};
    if (out->pointer) name++;
    struct gt_name_search search = {.near.wanted = name, .name = name};
    if (find_whole(analysis, kinds, name, out)) return NULL;
    offer_kinds(kinds, &search, &number);
    if (number == GT_NO_KIND) return find_empty(analysis, &search, name, out);
    struct gt_error *error = gt_name_search_outcome(analysis, &search, "type");
    if (!error) set_kind(analysis, kinds, number, out);
    return error;
}

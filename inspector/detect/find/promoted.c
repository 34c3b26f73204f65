/* Searches breadth first: a struct without the field puts the structs that it embeds into the
 * queue. Each struct in the queue knows its parent, so the path is read from the field back. */
#include "inspector/detect/find/promoted.h"

#include <string.h>

enum { MOST_NODES = 128, NO_NODE = MOST_NODES };

struct node { /* a struct that may have the field */
    gt_type_id type;
    unsigned parent;            /* the node that embeds it */
    struct gt_type_field field; /* the field that embeds it */
    unsigned depth;
};

struct search {
    struct gt_types *types;
    struct node nodes[MOST_NODES];
    unsigned count;
};

/* "Mutex" for "sync.Mutex", "list" for "*main.list[int]". */
static bool is_last_part(const char *name, const char *type)
{
    size_t end = strcspn(type, "["), length = strlen(name);

    if (length > end || strncmp(type + end - length, name, length) != 0) return false;
    return length == end || strchr("./*", type[end - length - 1]);
}

/* The struct that is embedded, directly or by a pointer. */
static gt_type_id struct_of(struct gt_types *types, gt_type_id type)
{
    if (type && gt_types_get(types, type)->kind == GT_T_POINTER) type = gt_types_elem(types, type);
    return type && gt_types_get(types, type)->kind == GT_T_STRUCT ? type : (gt_type_id)GT_NO_TYPE;
}

static void add_embedded(struct search *search, unsigned parent, const struct gt_type_field *field)
{
    gt_type_id type = struct_of(search->types, gt_types_find(search->types, field->type));

    if (!type || !field->name || search->count == MOST_NODES) return;
    if (search->nodes[parent].depth + 2 > GT_MOST_EMBEDDED) return;
    if (!is_last_part(field->name, gt_types_name(search->types, type))) return;
    search->nodes[search->count++] =
        (struct node){type, parent, *field, search->nodes[parent].depth + 1};
}

static const struct gt_type_field *field_named(struct search *search, unsigned at, const char *name)
{
    const struct gt_type *type = gt_types_get(search->types, search->nodes[at].type);

    for (size_t i = 0; i < type->field_count; i++)
        if (type->fields[i].name && strcmp(type->fields[i].name, name) == 0)
            return &type->fields[i];
    for (size_t i = 0; i < type->field_count; i++)
        add_embedded(search, at, &type->fields[i]);
    return NULL;
}

static struct gt_field_way way_to(const struct search *search, unsigned at,
                                  const struct gt_type_field *field)
{
    struct gt_field_way way = {.count = search->nodes[at].depth + 1};

    way.fields[way.count - 1] = *field;
    for (size_t i = way.count - 1; i-- > 0; at = search->nodes[at].parent)
        way.fields[i] = search->nodes[at].field;
    return way;
}

struct gt_field_way gt_field_way(struct gt_types *types, gt_type_id type, const char *name)
{
    struct search search = {.types = types, .count = 1};

    search.nodes[0] = (struct node){.type = type, .parent = NO_NODE};
    for (unsigned at = 0; at < search.count; at++) {
        const struct gt_type_field *field = field_named(&search, at, name);
        if (field) return way_to(&search, at, field);
    }
    return (struct gt_field_way){.count = 0};
}

/* Enters the struct or array around the word, part by part, and remembers the innermost named
 * struct. An object may be an array of its type, so an offset is taken modulo the type's size. */
#include "inspector/detect/describe/fields.h"
#include "inspector/base/package.h"
#include "inspector/detect/describe/root_names.h"

#include <inttypes.h>

enum {
    MAX_INDEX = 24,   /* bytes of an index in a field path */
    MAX_DEPTH = 32,   /* nested structs and arrays */
    OFFSET_BITS = 40, /* of a word's key, below its type */
};

const char *gt_analysis_type_name(const struct gt_heap_analysis *analysis, gt_type_id type)
{
    return type ? gt_types_name(analysis->process->types, type) : NULL;
}

struct gt_block gt_block_of(const struct gt_heap_analysis *analysis, uint32_t object)
{
    const struct gt_heap *graph = &analysis->heap->graph;

    return (struct gt_block){
        .address = gt_heap_address(graph, object),
        .size = gt_heap_size(graph, object),
        .type = gt_heap_analysis_keep(
            analysis, gt_analysis_type_name(analysis, gt_typing_type(analysis->typing, object)))};
}

bool gt_is_map_storage(const char *type)
{
    return type && strstr(type, "map.") && (strstr(type, "group[") || strstr(type, "bucket["));
}

/* ".slots[3].elem.token" or ".elems[3].token" of map storage -> "[…].token" */
static const char *describe_map_entry(struct gt_arena *storage, const char *field)
{
    static const struct {
        const char *marker, *text;
    } rows[] = {{".elem", "[…]"}, {".key", "[key]"}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *rest = strstr(field, rows[i].marker);
        if (!rest) continue;
        rest += strlen(rows[i].marker);
        if (*rest == 's') rest++;
        if (*rest == '[' && strchr(rest, ']')) rest = strchr(rest, ']') + 1;
        return gt_arena_format(storage, "%s%s", rows[i].text, rest);
    }
    return "[…]";
}

void gt_field_of(const struct gt_heap_analysis *analysis, uint32_t object, uint64_t offset,
                 char *out, size_t size)
{
    gt_field_of_type(analysis, object, gt_typing_type(analysis->typing, object), offset, out, size);
}

void gt_field_of_type(const struct gt_heap_analysis *analysis, uint32_t object, gt_type_id type,
                      uint64_t offset, char *out, size_t size)
{
    struct gt_types *types = analysis->process->types;
    char field[GT_FIELD - MAX_INDEX];
    uint64_t user;

    *out = '\0';
    if (!type) return;
    uint64_t tile = gt_types_get(types, type)->size;
    gt_goheap_user(analysis->heap, object, &user);
    if (!tile || gt_types_get(types, type)->kind == GT_T_MAP) return;
    gt_types_field_path(types, type, offset % tile, field, sizeof field);
    if (gt_is_map_storage(gt_types_name(types, type))) {
        snprintf(out, size, "%s", describe_map_entry(analysis->storage, field));
    } else if (user >= 2 * tile) {
        snprintf(out, size, "[%" PRIu64 "]%s", (offset / tile), field);
    } else {
        snprintf(out, size, "%s", field);
    }
}

bool gt_type_is_named(const char *name)
{
    return name && strchr(name, '.') && strchr("*[{ ", *name) == NULL &&
           strncmp(name, "struct ", 7) != 0 && strncmp(name, "func(", 5) != 0 &&
           !gt_is_map_storage(name) && strncmp(name, "map[", 4) != 0 &&
           strncmp(name, "noalg.", 6) != 0;
}

/* Returns the innermost named struct around `offset` of a type. `offset` becomes the offset in
 * it. */
static gt_type_id named_struct(struct gt_types *types, gt_type_id type, uint64_t *offset)
{
    gt_type_id found = GT_NO_TYPE;
    uint64_t at = *offset;

    for (unsigned depth = 0; type && depth < MAX_DEPTH; depth++) {
        const struct gt_type *t = gt_types_get(types, type);
        if (t->kind == GT_T_ARRAY) {
            type = gt_types_elem(types, type);
            uint64_t size = type ? gt_types_get(types, type)->size : 0;
            if (!size) break;
            at %= size;
            continue;
        }
        if (t->kind != GT_T_STRUCT) break;
        if (gt_type_is_named(t->name) && !gt_type_is_cell(t)) {
            found = type;
            *offset = at;
        }
        gt_type_id inner = GT_NO_TYPE;
        for (size_t i = t->field_count; i-- > 0 && !inner;)
            if (t->fields[i].offset <= at) {
                inner = gt_types_find(types, t->fields[i].type);
                at -= t->fields[i].offset;
            }
        type = inner;
    }
    return found;
}

/* The type that holds a referrer's word, and the word's offset in it. */
static gt_type_id referrer_type(const struct gt_heap_analysis *analysis,
                                const struct gt_referrer *referrer, uint64_t *offset)
{
    gt_type_id type = GT_NO_TYPE;

    *offset = referrer->offset;
    if (referrer->object == GT_NO_OBJECT)
        gt_typing_variable(analysis->typing, gt_root_at(analysis->roots, referrer->root), &type,
                           offset);
    else
        type = gt_typing_type(analysis->typing, referrer->object);
    if (type && referrer->object != GT_NO_OBJECT &&
        gt_types_get(analysis->process->types, type)->size)
        *offset %= gt_types_get(analysis->process->types, type)->size;
    return type;
}

const char *gt_referrer_struct(const struct gt_heap_analysis *analysis,
                               const struct gt_referrer *referrer)
{
    uint64_t offset;
    gt_type_id type = referrer_type(analysis, referrer, &offset);

    return gt_analysis_type_name(analysis, named_struct(analysis->process->types, type, &offset));
}

const char *gt_referrer_whole_struct(const struct gt_heap_analysis *analysis,
                                     const struct gt_referrer *referrer)
{
    enum { MOST_PATH = 512 };
    struct gt_types *types = analysis->process->types;
    char path[MOST_PATH];
    uint64_t offset;
    gt_type_id type = referrer_type(analysis, referrer, &offset);

    type = named_struct(types, type, &offset);
    const char *name = gt_analysis_type_name(analysis, type);
    if (!name || !type || !gt_types_package(types, type, path, sizeof path)) return name;
    const char *dot = name + gt_package_length(name);
    return *dot == '.' ? gt_arena_format(analysis->storage, "%s%s", path, dot) : name;
}

const char *gt_referrer_field(const struct gt_heap_analysis *analysis,
                              const struct gt_referrer *referrer)
{
    char field[GT_FIELD];
    uint64_t offset;
    gt_type_id type = referrer_type(analysis, referrer, &offset);

    type = named_struct(analysis->process->types, type, &offset);
    if (!type) return NULL;
    gt_types_field_path(analysis->process->types, type, offset, field, sizeof field);
    gt_strip_indices(field);
    return gt_arena_format(analysis->storage, "%s%s", gt_analysis_type_name(analysis, type), field);
}

/* A word of an object has the field of its type, whatever the object is. */
const char *gt_referrer_field_once(const struct gt_heap_analysis *analysis,
                                   const struct gt_referrer *referrer, struct gt_map *known)
{
    uint64_t offset;
    gt_type_id type = referrer_type(analysis, referrer, &offset);

    if (!type) return NULL;
    if (referrer->object == GT_NO_OBJECT || offset >> OFFSET_BITS)
        return gt_referrer_field(analysis, referrer);
    uint64_t *field = gt_map_put(known, (uint64_t)type << OFFSET_BITS | offset, NULL);
    if (!*field) *field = (uint64_t)(uintptr_t)gt_referrer_field(analysis, referrer) + 1;
    return (const char *)(uintptr_t)(*field - 1);
}

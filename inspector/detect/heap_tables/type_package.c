/* Finds the package of a type in its name. Types that wrap the named type are skipped. */
#include "inspector/detect/heap_tables/type_package.h"

#include "inspector/base/package.h"

#include <string.h>

enum { MOST_WRAPPED = 64, MOST_PATH = 512 };

/* The text after the bracket that closes the one at `open`; NULL when there is none. */
static const char *behind_bracket(const char *open)
{
    int depth = 0;

    for (const char *at = open; *at; at++) {
        if (*at == '[') depth++;
        if (*at == ']' && --depth == 0) return at + 1;
    }
    return NULL;
}

/* The bracket before the key of "map[", and of the types that the compiler makes for maps. */
static const char *map_key(const char *name)
{
    static const char *const heads[] = {"map[",     "map.group[",       "map.bucket[",
                                        "map.hdr[", "noalg.map.group[", "noalg.map.bucket["};

    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (strncmp(name, heads[i], strlen(heads[i])) == 0) return name + strlen(heads[i]) - 1;
    return NULL;
}

static const char *skip_wrapper(const char *name)
{
    static const char *const words[] = {"*", "chan ", "<-chan ", "chan<- ", "noalg."};

    if (*name == '[') return behind_bracket(name);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strncmp(name, words[i], strlen(words[i])) == 0) return name + strlen(words[i]);
    return name;
}

/* The length of a name without wrappers: "main.row", "int", "struct { x main.y }",
 * "func(main.z)". */
static size_t length_of(const char *name)
{
    static const char *const literals[] = {"struct ", "func(", "interface ", "go.shape.",
                                           "unsafe."};

    for (size_t i = 0; i < sizeof literals / sizeof *literals; i++)
        if (strncmp(name, literals[i], strlen(literals[i])) == 0) return 0;
    return gt_package_length(name);
}

/* The package of a map's key, whose name the bracket at `open` begins. */
static const char *package_of_key(const char *open, size_t *length)
{
    const char *key = skip_wrapper(open + 1), *end = behind_bracket(open);

    *length = key ? length_of(key) : 0;
    if (end && key + *length >= end) *length = 0;
    return key;
}

/* Where the package is in `name`, and its length; 0: the type is built into the language. */
static const char *package_in(const char *name, size_t *length)
{
    const char *open = NULL;

    for (unsigned i = 0; i < MOST_WRAPPED && name; i++) {
        const char *bracket = map_key(name);
        const char *inner = bracket ? behind_bracket(bracket) : skip_wrapper(name);
        if (bracket && !open) open = bracket;
        if (inner == name) break;
        name = inner;
    }
    *length = name ? length_of(name) : 0;
    return *length || !open ? name : package_of_key(open, length);
}

/* ---- whole paths --------------------------------------------------------------------------- */

static bool is_wrapper(const struct gt_type *type)
{
    bool wraps = type->kind == GT_T_POINTER || type->kind == GT_T_SLICE ||
                 type->kind == GT_T_ARRAY || type->kind == GT_T_CHAN;

    if (type->kind == GT_T_MAP) return strncmp(type->name, "map[", 4) == 0;
    return wraps && skip_wrapper(type->name) != type->name;
}

static gt_type_id field_named(struct gt_types *types, gt_type_id id, const char *name)
{
    const struct gt_type *type = id ? gt_types_get(types, id) : NULL;

    for (size_t i = 0; type && i < type->field_count; i++)
        if (strcmp(type->fields[i].name, name) == 0)
            return gt_types_find(types, type->fields[i].type);
    return GT_NO_TYPE;
}

/* The keys or elements in a map's storage: "slots" of a group have both in a struct, buckets and
 * later groups have an array for each. */
static gt_type_id in_storage(struct gt_types *types, gt_type_id id, const char *one,
                             const char *many)
{
    gt_type_id array = field_named(types, id, many);

    if (array) return gt_types_elem(types, array);
    return field_named(types, gt_types_elem(types, field_named(types, id, "slots")), one);
}

struct parts {
    gt_type_id key, elem; /* GT_NO_TYPE: the type wraps nothing, or no key */
};

/* What a type wraps. */
static struct parts parts_of(struct gt_types *types, gt_type_id id)
{
    const struct gt_type *type = gt_types_get(types, id);

    if (is_wrapper(type)) return (struct parts){gt_types_key(types, id), gt_types_elem(types, id)};
    if (type->kind != GT_T_STRUCT || !map_key(type->name)) return (struct parts){0};
    return (struct parts){in_storage(types, id, "key", "keys"),
                          in_storage(types, id, "elem", "elems")};
}

/* The type that is wrapped, by the elements of maps. *key: the key of the first map; none. */
static gt_type_id unwrap(struct gt_types *types, gt_type_id type, gt_type_id *key)
{
    *key = GT_NO_TYPE;
    for (unsigned i = 0; i < MOST_WRAPPED && type; i++) {
        struct parts parts = parts_of(types, type);
        if (!parts.elem) break;
        if (!*key) *key = parts.key;
        type = parts.elem;
    }
    return type;
}

/* The whole path of a named type's package, of which `package` is the last part, or the name by
 * which sources call it; false when this is not the type's. */
static bool path_of(struct gt_types *types, gt_type_id named, const char *package, size_t length,
                    char path[MOST_PATH])
{
    return named && strncmp(gt_types_name(types, named), package, length + 1) == 0 &&
           gt_types_package(types, named, path, MOST_PATH);
}

/* The package in the name of the type, and its whole path; false when the path is not known. */
static bool find_path(struct gt_types *types, gt_type_id type, const char **package, size_t *length,
                      char path[MOST_PATH])
{
    gt_type_id key, other, named = unwrap(types, type, &key);

    *package = package_in(gt_types_name(types, type), length);
    return *length && (path_of(types, named, *package, *length, path) ||
                       path_of(types, unwrap(types, key, &other), *package, *length, path));
}

const char *gt_full_type_name(struct gt_types *types, gt_type_id type, struct gt_arena *storage)
{
    const char *name = gt_types_name(types, type), *package;
    char path[MOST_PATH];
    size_t length;

    if (!find_path(types, type, &package, &length, path)) return name;
    return gt_arena_format(storage, "%.*s%s%s", (int)(package - name), name, path,
                           package + length);
}

const char *gt_type_package(struct gt_types *types, gt_type_id type, struct gt_arena *storage)
{
    const char *package;
    char path[MOST_PATH];
    size_t length;

    if (find_path(types, type, &package, &length, path))
        return gt_arena_strndup(storage, path, strlen(path));
    return length ? gt_arena_strndup(storage, package, length) : NULL;
}

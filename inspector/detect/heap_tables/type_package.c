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
    static const char *const literals[] = {"struct ", "func(", "interface ", "go.shape."};

    for (size_t i = 0; i < sizeof literals / sizeof *literals; i++)
        if (strncmp(name, literals[i], strlen(literals[i])) == 0) return 0;
    return gt_package_length(name);
}

const char *gt_type_package(const char *name, size_t *length)
{
    const char *key = NULL;

    for (unsigned i = 0; i < MOST_WRAPPED && name; i++) {
        const char *bracket = map_key(name);
        const char *inner = bracket ? behind_bracket(bracket) : skip_wrapper(name);
        if (bracket && !key) key = bracket + 1;
        if (inner == name) break;
        name = inner;
    }
    *length = name ? length_of(name) : 0;
    if (*length || !key) return name;
    *length = length_of(skip_wrapper(key) ? skip_wrapper(key) : "");
    return skip_wrapper(key);
}

/* ---- whole paths --------------------------------------------------------------------------- */

static bool is_wrapper(const struct gt_type *type)
{
    bool wraps = type->kind == GT_T_POINTER || type->kind == GT_T_SLICE ||
                 type->kind == GT_T_ARRAY || type->kind == GT_T_CHAN;

    if (type->kind == GT_T_MAP) return strncmp(type->name, "map[", 4) == 0;
    return wraps && skip_wrapper(type->name) != type->name;
}

/* The type that is wrapped, by the elements of maps. *key: the key of the first map; none. */
static gt_type_id unwrap(struct gt_types *types, gt_type_id type, gt_type_id *key)
{
    *key = GT_NO_TYPE;
    for (unsigned i = 0; i < MOST_WRAPPED && type && is_wrapper(gt_types_get(types, type)); i++) {
        if (!*key && gt_types_get(types, type)->kind == GT_T_MAP) *key = gt_types_key(types, type);
        type = gt_types_elem(types, type);
    }
    return type;
}

static bool ends_in(const char *path, const char *package, size_t length)
{
    size_t whole = strlen(path);

    return whole > length && path[whole - length - 1] == '/' &&
           memcmp(path + whole - length, package, length) == 0;
}

/* The whole path of a package that is known by its last part; false when it is not the type's. */
static bool path_of(struct gt_types *types, gt_type_id named, const char *package, size_t length,
                    char path[MOST_PATH])
{
    return named && gt_types_package(types, named, path, MOST_PATH) &&
           ends_in(path, package, length);
}

const char *gt_full_type_name(struct gt_types *types, gt_type_id type, struct gt_arena *storage)
{
    const char *name = gt_types_name(types, type);
    gt_type_id key, other, named = unwrap(types, type, &key);
    char path[MOST_PATH];
    size_t length;

    const char *package = gt_type_package(name, &length);
    if (!length) return name;
    if (!path_of(types, named, package, length, path) &&
        !path_of(types, unwrap(types, key, &other), package, length, path))
        return name;
    return gt_arena_format(storage, "%.*s%s%s", (int)(package - name), name, path,
                           package + length);
}

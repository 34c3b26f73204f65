/* Climbs from the word to a root, one object at a time. In each object it goes down by the types to
 * the word, through structs of the program alone. The first object that gives a name ends the
 * climb. */
#include "inspector/detect/describe/own_names.h"

#include "inspector/base/package.h"
#include "inspector/detect/describe/root_names.h"
#include "inspector/detect/describe/static_names.h"
#include "inspector/runtime/typing/static_areas.h"

#include <string.h>

enum {
    MAX_CLIMB = 24,         /* objects from the word up; sync.Map's tree has a few levels */
    MAX_CHAIN = 1 << 14,    /* the same with those of a list, which count as one */
    MAX_DEPTH = 32,         /* nested structs and arrays */
    MAX_PACKAGE = 256,      /* bytes of a package's path */
    MAX_OWN_NAME = 512,     /* bytes */
    MAX_SEARCHED = 1 << 12, /* bytes of an object */
};

#define KEYS "the keys of "

/* ---- containers of the library ------------------------------------------------------------- */

/* Does the name begin with a package whose types hold values of the program? */
static bool holds_values(const char *name)
{
    static const char *const packages[] = {
        "sync",           "sync/atomic", "internal/sync",        "container/list",
        "container/ring", "runtime",     "internal/runtime/maps"};

    size_t length = gt_package_length(name);

    for (size_t i = 0; i < sizeof packages / sizeof *packages; i++)
        if (strlen(packages[i]) == length && memcmp(name, packages[i], length) == 0) return true;
    return false;
}

/* A type of Go's library: a person cannot change its fields. */
static bool is_librarys(const struct gt_process *process, gt_type_id type)
{
    char path[MAX_PACKAGE];
    const char *name = gt_types_name(process->types, type);

    if (!gt_type_is_named(name)) return false;
    if (!gt_types_package(process->types, type, path, sizeof path)) /* its name has all of it */
        snprintf(path, sizeof path, "%.*s", (int)gt_package_length(name), name);
    return gt_package_is_librarys(&process->packages, path);
}

/* ---- from a type down to a word ------------------------------------------------------------ */

struct descent { /* to the word at `offset` of `type`, by named structs of the program */
    const struct gt_process *process;
    struct gt_types *types;
    gt_type_id type;
    uint64_t offset;
    char name[MAX_OWN_NAME]; /* "" until a name is known */
};

static void append(struct descent *descent, const char *text)
{
    size_t used = strlen(descent->name);

    snprintf(descent->name + used, sizeof descent->name - used, "%s", text);
}

static bool enter_element(struct descent *descent)
{
    descent->type = gt_types_elem(descent->types, descent->type);
    uint64_t size = descent->type ? gt_types_get(descent->types, descent->type)->size : 0;

    if (size) descent->offset %= size;
    return size != 0;
}

/* A field of an unnamed struct is named by what contains it. */
static bool enter_field(struct descent *descent, const struct gt_type *type)
{
    size_t i = type->field_count;

    while (i > 0 && type->fields[i - 1].offset > descent->offset)
        i--;
    if (i == 0) return false;
    const struct gt_type_field *field = &type->fields[i - 1];
    const char *name = field->name + (*field->name == '&'); /* a closure captured the variable */
    if (*descent->name) append(descent, ".");
    if (*descent->name) append(descent, name);
    descent->offset -= field->offset;
    descent->type = gt_types_find(descent->types, field->type);
    return true;
}

static bool enter(struct descent *descent)
{
    const struct gt_type *type = gt_types_get(descent->types, descent->type);

    if (type->kind == GT_T_ARRAY) return enter_element(descent);
    if (type->kind != GT_T_STRUCT || gt_type_is_cell(type) ||
        is_librarys(descent->process, descent->type))
        return false;
    return enter_field(descent, type);
}

/* A named struct inside a variable or another struct starts the name anew: main.row.name, whatever
 * holds the rows. The outermost struct of a variable does not. */
static void descend(struct descent *descent)
{
    bool outermost = *descent->name != '\0';

    for (unsigned depth = 0; descent->type && depth < MAX_DEPTH; depth++) {
        const char *name = gt_types_name(descent->types, descent->type);
        const struct gt_type *type = gt_types_get(descent->types, descent->type);
        bool is_struct = type->kind == GT_T_STRUCT && !gt_type_is_cell(type);
        if (is_struct && !outermost && gt_type_is_named(name) &&
            !is_librarys(descent->process, descent->type))
            snprintf(descent->name, sizeof descent->name, "%s", name);
        if (is_struct) outermost = false;
        if (!enter(descent)) break;
    }
}

/* ---- from a word up to the program --------------------------------------------------------- */

/* The name of a word in an object; "" when the object's types are not the program's. */
static void name_in_object(const struct gt_heap_analysis *analysis,
                           const struct gt_referrer *referrer, struct descent *descent)
{
    struct gt_types *types = analysis->process->types;
    gt_type_id type = gt_typing_type(analysis->typing, referrer->object);
    uint64_t size = type ? gt_types_get(types, type)->size : 0;

    *descent = (struct descent){.process = analysis->process, .types = types, .type = type};
    if (!size) return;
    descent->offset = referrer->offset % size;
    descend(descent);
}

/* The name of static data that is a container: the field that leads to it. */
static void name_from_steps(const struct gt_heap_analysis *analysis, uint64_t addr,
                            struct descent *descent)
{
    struct gt_vec steps = GT_VEC_OF(struct gt_step);

    gt_static_steps(analysis, addr, &steps);
    for (size_t i = steps.len; i-- > 0 && !descent->name[0];) {
        const struct gt_step *step = gt_vec_at(&steps, i);
        const char *type = step->type && i > 0 ? step->type : gt_without_global(step->what);
        if (i > 0 && (!step->type || !step->field || holds_values(type))) continue;
        append(descent, type);
        if (step->field) append(descent, step->field);
    }
    gt_vec_deinit(&steps);
}

/* Names a word of a global. Variables of frames get their names in path.h. */
static void name_in_root(const struct gt_heap_analysis *analysis, uint32_t number,
                         struct descent *descent)
{
    const struct gt_root *root = gt_root_at(analysis->roots, number);
    *descent = (struct descent){.process = analysis->process, .types = analysis->process->types};
    const char *variable =
        gt_typing_variable(analysis->typing, root, &descent->type, &descent->offset);

    if (root->kind != GT_ROOT_GLOBAL) return;
    bool area = gt_static_area_at(analysis->typing->statics, root->addr) != NULL;
    if (variable && !area) append(descent, variable);
    descend(descent);
    if (variable && area && !descent->name[0]) name_from_steps(analysis, root->addr, descent);
}

/* An entry of the trie that a sync.Map has since Go 1.24. */
static bool is_trie_entry(const char *type)
{
    return type && holds_values(type) && strstr(type, "sync.entry[");
}

/* Is the word a key of a map, or in one? */
static bool is_key(const struct gt_heap_analysis *analysis, const struct gt_referrer *referrer)
{
    const char *type =
        gt_analysis_type_name(analysis, gt_typing_type(analysis->typing, referrer->object));
    char field[GT_FIELD];

    if (!gt_is_map_storage(type) && !is_trie_entry(type)) return false;
    gt_field_of(analysis, referrer->object, referrer->offset, field, sizeof field);
    return strncmp(field, "[key]", 5) == 0 || strncmp(field, ".key", 4) == 0;
}

/* In a large object, one word stands for all words that lead to objects of one type. To search the
 * object for each of them would take long. */
static bool climb(struct gt_keys *keys, struct gt_referrer *referrer)
{
    const struct gt_heap *graph = &keys->analysis->heap->graph;
    uint32_t parent = gt_forest_parent(gt_path_forest(keys->analysis), referrer->object);
    bool small = parent != GT_NO_PARENT && !(parent & GT_FROM_ROOT) &&
                 gt_heap_size(graph, parent) <= MAX_SEARCHED;

    return gt_path_climb(keys, referrer, small);
}

/* Without a name on the way up: the struct in a map's storage, else the root. */
static const char *name_of_end(struct gt_keys *keys, const struct gt_referrer *from,
                               const struct gt_referrer *end, bool in_key)
{
    struct gt_arena *storage = keys->analysis->storage;
    struct descent descent = {.name = ""};

    if (from->object != GT_NO_OBJECT) name_in_object(keys->analysis, from, &descent);
    if (descent.name[0]) return gt_arena_strndup(storage, descent.name, strlen(descent.name));
    const char *name = gt_referrer_name(keys, end->object == GT_NO_OBJECT ? end : from);
    return in_key && strcmp(name, "it") != 0 ? gt_arena_format(storage, KEYS "%s", name) : name;
}

const char *gt_own_name(struct gt_keys *keys, const struct gt_referrer *from)
{
    const struct gt_heap_analysis *analysis = keys->analysis;
    struct gt_referrer end = *from;
    struct descent descent = {.name = ""};
    bool in_key = false;

    for (unsigned i = 0, all = 0; i < MAX_CLIMB && all < MAX_CHAIN && end.object != GT_NO_OBJECT;
         all++) {
        gt_type_id type = gt_typing_type(analysis->typing, end.object);
        bool key = is_key(analysis, &end);
        in_key |= key;
        if (!key) name_in_object(analysis, &end, &descent);
        if (descent.name[0]) break;
        if (!climb(keys, &end)) break;
        i += !type || end.object == GT_NO_OBJECT ||
             gt_typing_type(analysis->typing, end.object) != type;
    }
    if (end.object == GT_NO_OBJECT) name_in_root(analysis, end.root, &descent);
    if (!descent.name[0]) return name_of_end(keys, from, &end, in_key);
    return gt_arena_format(analysis->storage, "%s%s", in_key ? KEYS : "", descent.name);
}

const char *gt_program_name(struct gt_keys *keys, const struct gt_referrer *referrer)
{
    const char *name = gt_referrer_name(keys, referrer);
    bool contained = holds_values(name) || strncmp(name, "atomic.", 7) == 0;

    return contained ? gt_own_name(keys, referrer) : name;
}

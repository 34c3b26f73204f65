/* Follows the forest of first-reaching objects up to a root. A path has all objects on the way; a
 * key stops at the first named type. The parent's words are searched for the edge to a child, and
 * the offset is kept by the child's type. */
#include "inspector/detect/describe/path.h"

#include "inspector/base/alloc.h"
#include "inspector/base/str.h"
#include "inspector/detect/describe/root_names.h"
#include "inspector/detect/describe/static_names.h"
#include "inspector/runtime/typing/static_areas.h"

enum {
    MAX_PATH = 24, /* objects of a path that are shown */
    MAX_CLIMB = 8, /* parents that a key uses */
};

void gt_keys_init(struct gt_keys *keys, struct gt_heap_analysis *analysis)
{
    *keys = (struct gt_keys){.analysis = analysis};
}

struct gt_forest *gt_path_forest(struct gt_heap_analysis *analysis)
{
    if (analysis->forest) return analysis->forest;
    const struct gt_roots *roots = analysis->roots;
    uint64_t *values = gt_alloc(roots->list.len * sizeof *values);
    struct gt_bitmap late;
    gt_bitmap_init(&late, roots->list.len);
    for (size_t i = 0; i < roots->list.len; i++) {
        values[i] = gt_root_at(roots, i)->value;
        if (gt_root_is_late(analysis, gt_root_at(roots, i))) gt_bit_set(&late, i);
    }
    analysis->forest =
        gt_forest_create_late(&analysis->heap->graph, NULL, values, roots->list.len, &late);
    gt_bitmap_deinit(&late);
    gt_free(values);
    return analysis->forest;
}

void gt_keys_deinit(struct gt_keys *keys)
{
    gt_map_deinit(&keys->edges);
    gt_map_deinit(&keys->chains);
    gt_map_deinit(&keys->fields);
}

/* ---- edges -------------------------------------------------------------------------------- */

struct search {
    const struct gt_heap *graph;
    uint32_t child;
    bool found;
    uint64_t offset;
};

static void look_for_child(void *ctx, const struct gt_word *word)
{
    struct search *search = ctx;

    if (search->found || gt_heap_object(search->graph, word->value) != search->child) return;
    search->found = true;
    search->offset = word->offset;
}

/* The offset in `parent` of its pointer to `child`. It is cached by the child's type, since it is
 * only for texts and groups: an array of a million pointers is searched once. */
static bool edge_offset(struct gt_keys *keys, uint32_t parent, uint32_t child, bool exact,
                        uint64_t *offset)
{
    uint64_t key = (uint64_t)parent << 32 | gt_typing_type(keys->analysis->typing, child);
    uint64_t *known = gt_map_put(&keys->edges, key, NULL);

    if (*known == 0 || exact) {
        struct search search = {.graph = &keys->analysis->heap->graph, .child = child};
        gt_typing_words(keys->analysis->typing, parent, look_for_child, &search);
        *known = search.found ? search.offset + 2 : 1;
    }
    *offset = *known - 2;
    return *known > 1;
}

/* ---- roots -------------------------------------------------------------------------------- */

static void add_root_key(const struct gt_heap_analysis *analysis, uint32_t number,
                         struct gt_str *key)
{
    char field[GT_FIELD];
    gt_type_id type;
    const char *name = gt_root_name(analysis, gt_root_at(analysis->roots, number), true, field,
                                    sizeof field, &type);

    gt_strip_indices(field);
    gt_str_format(key, "%s%s", name, field);
}

/* ---- keys --------------------------------------------------------------------------------- */

struct climb { /* from a referrer up to a named struct or a root, innermost first */
    uint32_t objects[MAX_CLIMB];
    uint64_t offsets[MAX_CLIMB];
    size_t count;
    bool named;
    uint32_t root; /* the root where it ended, if it found no named struct */
    bool at_root;
};

bool gt_path_climb(struct gt_keys *keys, struct gt_referrer *referrer, bool exact)
{
    uint32_t parent = gt_forest_parent(gt_path_forest(keys->analysis), referrer->object);
    uint64_t offset = 0;

    if (parent == GT_NO_PARENT) return false;
    if (parent & GT_FROM_ROOT) {
        *referrer = (struct gt_referrer){GT_NO_OBJECT, parent & ~GT_FROM_ROOT, 0};
        return true;
    }
    if (!edge_offset(keys, parent, referrer->object, exact, &offset)) return false;
    *referrer = (struct gt_referrer){parent, 0, offset};
    return true;
}

static bool has_type(const struct gt_keys *keys, uint32_t object)
{
    return gt_typing_type(keys->analysis->typing, object) != GT_NO_TYPE;
}

/* The outermost object of the chain of objects of unknown type that leads to this one. The chain's
 * objects remember it, so that a list of a million nodes is followed once. */
static uint32_t chain_start(struct gt_keys *keys, uint32_t object)
{
    struct gt_forest *forest = gt_path_forest(keys->analysis);
    struct gt_u32s chain = {0};
    const uint64_t *known = NULL;
    uint32_t at = object;

    while (!(known = gt_map_find(&keys->chains, at))) {
        uint32_t parent = gt_forest_parent(forest, at);
        gt_u32s_add(&chain, at);
        if (parent == GT_NO_PARENT || parent & GT_FROM_ROOT || has_type(keys, parent)) break;
        at = parent;
    }
    if (known) at = (uint32_t)*known;
    for (size_t i = 0; i < chain.len; i++)
        *gt_map_put(&keys->chains, chain.at[i], NULL) = at;
    gt_u32s_deinit(&chain);
    return at;
}

static void climb_from(struct gt_keys *keys, const struct gt_referrer *from, struct climb *climb)
{
    const struct gt_heap_analysis *analysis = keys->analysis;
    struct gt_referrer referrer = *from;

    *climb = (struct climb){0};
    while (climb->count < MAX_CLIMB && referrer.object != GT_NO_OBJECT) {
        climb->objects[climb->count] = referrer.object;
        climb->offsets[climb->count++] = referrer.offset;
        if (!has_type(keys, referrer.object)) referrer.object = chain_start(keys, referrer.object);
        climb->named = gt_type_is_named(
            gt_analysis_type_name(analysis, gt_typing_type(analysis->typing, referrer.object)));
        if (climb->named || !gt_path_climb(keys, &referrer, false)) return;
    }
    climb->at_root = referrer.object == GT_NO_OBJECT;
    climb->root = referrer.root;
}

const char *gt_key_of(struct gt_keys *keys, const struct gt_referrer *referrer)
{
    const struct gt_heap_analysis *analysis = keys->analysis;
    struct gt_str key = {0};
    struct climb climb = {0};

    if (referrer->object == GT_NO_OBJECT) {
        add_root_key(analysis, referrer->root, &key);
    } else {
        climb_from(keys, referrer, &climb);
        if (climb.at_root) add_root_key(analysis, climb.root, &key);
        for (size_t i = climb.count; i-- > 0;) {
            char field[GT_FIELD];
            const char *type =
                gt_analysis_type_name(analysis, gt_typing_type(analysis->typing, climb.objects[i]));
            if (i > 0 && gt_is_map_storage(type) &&
                gt_is_map_storage(gt_analysis_type_name(
                    analysis, gt_typing_type(analysis->typing, climb.objects[i - 1]))))
                continue; /* an overflow bucket belongs to the same map */
            if (!type && i + 1 < climb.count &&
                !gt_typing_type(analysis->typing, climb.objects[i + 1]))
                continue; /* the number of objects of unknown type in the chain makes no difference
                           */
            gt_field_of(analysis, climb.objects[i], climb.offsets[i], field, sizeof field);
            gt_strip_indices(field);
            gt_str_format(&key, " -> %s%s", type ? type : "?", field);
        }
    }
    const char *kept = gt_arena_strndup(analysis->storage, gt_str_text(&key), key.len);
    gt_str_deinit(&key);
    return kept;
}

/* ---- paths -------------------------------------------------------------------------------- */

struct describer {
    struct gt_keys *keys;
    struct gt_vec steps; /* struct gt_step */
};

static const char *keep(const struct describer *describer, const char *text)
{
    if (!*text) return NULL;
    return gt_arena_strndup(describer->keys->analysis->storage, text, strlen(text));
}

static void describe_root(struct describer *describer, uint32_t number)
{
    const struct gt_heap_analysis *analysis = describer->keys->analysis;
    const struct gt_root *root = gt_root_at(analysis->roots, number);
    char field[GT_FIELD];
    gt_type_id type;

    if (root->kind == GT_ROOT_GLOBAL && gt_static_steps(analysis, root->addr, &describer->steps))
        return;
    struct gt_step *step = gt_vec_push(&describer->steps);
    step->what = gt_root_name(analysis, root, false, field, sizeof field, &type);
    step->address = root->addr;
    step->type = gt_heap_analysis_keep(analysis, gt_analysis_type_name(analysis, type));
    step->field = keep(describer, field);
}

static void describe_object(struct describer *describer, uint32_t object, bool has_offset,
                            uint64_t offset)
{
    const struct gt_heap_analysis *analysis = describer->keys->analysis;
    gt_type_id type = gt_typing_type(analysis->typing, object);
    const char *name = gt_analysis_type_name(analysis, type);
    char field[GT_FIELD] = "";

    if (type && gt_types_get(analysis->process->types, type)->kind == GT_T_MAP) return;
    if (!type && gt_typing_knows(analysis->typing, object)) return; /* a map's directory or table */
    if (has_offset) gt_field_of(analysis, object, offset, field, sizeof field);
    struct gt_step *step = gt_vec_push(&describer->steps);
    step->kind = gt_is_map_storage(name) ? GT_STEP_ENTRY : GT_STEP_OBJECT;
    step->address = gt_heap_address(&analysis->heap->graph, object);
    step->type = gt_is_map_storage(name) ? NULL : gt_heap_analysis_keep(analysis, name);
    step->field = keep(describer, field);
}

static void describe_skipped(struct describer *describer, size_t skipped)
{
    struct gt_step *step = gt_vec_push(&describer->steps);

    step->kind = GT_STEP_LEFT_OUT;
    step->count = skipped;
}

/* Adds the objects of a path, with the edges between them. `last_offset` is the word of the last
 * object. */
static void describe_objects(struct describer *describer, const uint32_t *way, size_t count,
                             size_t skipped, bool has_offset, uint64_t last_offset)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t offset = last_offset;
        bool known = i + 1 == count
                         ? has_offset
                         : edge_offset(describer->keys, way[i], way[i + 1], true, &offset);
        if (skipped && i == MAX_PATH / 2) describe_skipped(describer, skipped);
        describe_object(describer, way[i], known, offset);
    }
}

static void describe_way(struct describer *describer, uint32_t object, bool has_offset,
                         uint64_t last_offset)
{
    uint32_t way[MAX_PATH], root = 0;
    size_t skipped = 0;
    size_t count = gt_forest_path(gt_path_forest(describer->keys->analysis), object, way, MAX_PATH,
                                  &root, &skipped);

    if (count) {
        describe_root(describer, root);
        describe_objects(describer, way, count, skipped, has_offset, last_offset);
    } else {
        describe_object(describer, object, has_offset, last_offset);
    }
}

static struct gt_path finish(struct describer *describer)
{
    size_t size = describer->steps.len * sizeof(struct gt_step);
    struct gt_step *steps = gt_arena_alloc(describer->keys->analysis->storage, size);
    struct gt_path path = {steps, describer->steps.len};

    if (size) memcpy(steps, describer->steps.data, size);
    gt_vec_deinit(&describer->steps);
    return path;
}

struct gt_path gt_path_to(struct gt_keys *keys, const struct gt_referrer *referrer)
{
    struct describer describer = {keys, GT_VEC_OF(struct gt_step)};

    if (referrer->object == GT_NO_OBJECT)
        describe_root(&describer, referrer->root);
    else
        describe_way(&describer, referrer->object, true, referrer->offset);
    return finish(&describer);
}

struct gt_path gt_path_to_object(struct gt_keys *keys, uint32_t object)
{
    struct describer describer = {keys, GT_VEC_OF(struct gt_step)};

    describe_way(&describer, object, false, 0);
    return finish(&describer);
}

/* Adds all but the last object, which the last word leads to. */
static void describe_way_to_last(struct describer *describer, const uint32_t *way, size_t count)
{
    uint64_t offset = 0;

    if (count < 2) return;
    bool known = edge_offset(describer->keys, way[count - 2], way[count - 1], true, &offset);
    describe_objects(describer, way, count - 1, 0, known, offset);
}

struct gt_path gt_path_along(struct gt_keys *keys, uint32_t root, const uint32_t *way, size_t count)
{
    struct describer describer = {keys, GT_VEC_OF(struct gt_step)};

    describe_root(&describer, root);
    describe_way_to_last(&describer, way, count);
    return finish(&describer);
}

struct gt_path gt_path_from(struct gt_keys *keys, const uint32_t *way, size_t count)
{
    struct describer describer = {keys, GT_VEC_OF(struct gt_step)};

    describe_way_to_last(&describer, way, count);
    if (describer.steps.len) {
        struct gt_step *first = gt_vec_at(&describer.steps, 0);
        first->kind = GT_STEP_NAMED;
        first->what = "the runtime's record of the goroutine";
    }
    return finish(&describer);
}

struct gt_path gt_path_after(struct gt_keys *keys, const char *what, const uint32_t *way,
                             size_t count)
{
    struct describer describer = {keys, GT_VEC_OF(struct gt_step)};

    ((struct gt_step *)gt_vec_push(&describer.steps))->what = what;
    describe_way_to_last(&describer, way, count);
    return finish(&describer);
}

/* The struct field of a root in static data that has no symbol, as of an object in the heap. */
static const char *static_field(const struct gt_heap_analysis *analysis, uint32_t number)
{
    const struct gt_root *root = gt_root_at(analysis->roots, number);
    struct gt_referrer referrer = {.object = GT_NO_OBJECT, .root = number};

    if (root->kind != GT_ROOT_GLOBAL || !gt_static_area_at(analysis->typing->statics, root->addr))
        return NULL;
    return gt_referrer_field(analysis, &referrer);
}

const char *gt_wider_key_of(struct gt_keys *keys, const struct gt_referrer *referrer)
{
    const char *field =
        referrer->object == GT_NO_OBJECT ? static_field(keys->analysis, referrer->root) : NULL;

    return field ? gt_arena_format(keys->analysis->storage, " -> %s", field) : NULL;
}

static const char *name_of_root(const struct gt_heap_analysis *analysis, uint32_t number)
{
    const struct gt_root *root = gt_root_at(analysis->roots, number);
    gt_type_id type;
    uint64_t offset;

    const char *field = static_field(analysis, number);
    const char *name = field ? field : gt_typing_variable(analysis->typing, root, &type, &offset);
    if (name) return name;
    return root->kind == GT_ROOT_GLOBAL
               ? gt_arena_format(analysis->storage, "the %s", gt_global_place(analysis, root))
               : "it";
}

/* "main.serve variable c", for a frame's variable that has a name. */
static const char *place_of_root(const struct gt_heap_analysis *analysis, uint32_t number)
{
    const struct gt_root *root = gt_root_at(analysis->roots, number);
    gt_type_id type;
    uint64_t offset;
    char field[GT_FIELD];

    if (root->kind != GT_ROOT_FRAME || !gt_typing_variable(analysis->typing, root, &type, &offset))
        return name_of_root(analysis, number);
    return gt_root_name(analysis, root, true, field, sizeof field, &type);
}

typedef const char *root_name_fn(const struct gt_heap_analysis *analysis, uint32_t root);

/* Named types without fields, such as interfaces, are named by what holds them. */
static const char *name_on_the_way(struct gt_keys *keys, const struct gt_referrer *referrer,
                                   root_name_fn *name_root)
{
    struct gt_referrer at = *referrer;
    struct climb climb;

    for (unsigned named = 0; named < MAX_CLIMB; named++) {
        const char *field = gt_referrer_field_once(keys->analysis, &at, &keys->fields);
        if (field) return field;
        if (at.object == GT_NO_OBJECT) return name_root(keys->analysis, at.root);
        climb_from(keys, &at, &climb);
        if (climb.at_root) return name_root(keys->analysis, climb.root);
        if (!climb.named) return "it";
        at = (struct gt_referrer){.object = climb.objects[climb.count - 1],
                                  .offset = climb.offsets[climb.count - 1]};
        field = gt_referrer_field_once(keys->analysis, &at, &keys->fields);
        if (field) return field;
        if (!gt_path_climb(keys, &at, false)) return "it";
    }
    return "it";
}

const char *gt_referrer_name(struct gt_keys *keys, const struct gt_referrer *referrer)
{
    return name_on_the_way(keys, referrer, name_of_root);
}

const char *gt_referrer_place(struct gt_keys *keys, const struct gt_referrer *referrer)
{
    return name_on_the_way(keys, referrer, place_of_root);
}

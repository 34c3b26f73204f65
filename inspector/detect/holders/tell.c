#include "inspector/detect/holders/tell.h"

#include "inspector/detect/describe/fields.h"
#include "inspector/detect/describe/root_names.h"
#include "inspector/detect/holders/census.h"
#include "inspector/detect/holders/containers.h"
#include "inspector/detect/holders/holder_word.h"
#include "inspector/runtime/typing/map_shapes.h"

#include <stdlib.h>

enum {
    MOST_HOLDERS = 10,
    SHARE = 20,    /* of the live heap: 5% */
    MAX_CLIMB = 4, /* from a map's storage to its header */
};

struct teller {
    struct gt_study *study;
    struct gt_keys keys;
    struct gt_root_groups groups;
    struct gt_dominators tree;
};

static const char *keep_type(const struct teller *teller, gt_type_id type)
{
    return gt_study_keep(teller->study, gt_type_name(teller->study, type));
}

/* ---- what it is ---------------------------------------------------------------------------- */

static bool is_map_type(const struct teller *teller, gt_type_id type)
{
    return type && gt_types_get(teller->study->process->types, type)->kind == GT_T_MAP;
}

/* A map's header, of a type that is known or not. */
static bool is_map(const struct teller *teller, uint32_t object)
{
    gt_type_id type = gt_typing_type(teller->study->typing, object);

    if (type || object >= teller->study->heap->graph.scan_objects) return is_map_type(teller, type);
    uint64_t header = gt_heap_address(&teller->study->heap->graph, object);
    return gt_map_has_shape(teller->study->heap, object) &&
           gt_container_of_untyped_map(teller->study, header).entries != GT_UNKNOWN;
}

/* A directory, table, group or bucket. */
static bool is_storage(const struct teller *teller, uint32_t object)
{
    const struct gt_typing *typing = teller->study->typing;
    gt_type_id type = gt_typing_type(typing, object);

    if (!type)
        return object < teller->study->heap->graph.scan_objects && gt_typing_knows(typing, object);
    return gt_is_map_storage(gt_type_name(teller->study, type));
}

/* The node of the map whose header or storage a node is; the node itself when it is no map's. */
static uint32_t climb_to_map(const struct teller *teller, uint32_t node)
{
    const struct gt_dominators *tree = &teller->tree;
    uint32_t at = node;

    for (unsigned i = 0; i < MAX_CLIMB; i++) {
        uint32_t object = gt_dominators_object(tree, at);
        if (object == GT_NO_OBJECT) return node;
        if (is_map(teller, object)) return at;
        uint32_t above = gt_dominators_object(tree, tree->parent[at]);
        if (above == GT_NO_OBJECT) return node;
        bool below_storage = is_map(teller, above) ||
                             (is_storage(teller, above) && is_storage(teller, object)) ||
                             !gt_typing_type(teller->study->typing, above);
        if (!below_storage) return node;
        at = tree->parent[at];
    }
    return node;
}

/* The node of the channel whose buffer a node is; the node itself when it is none. */
static uint32_t climb_to_channel(const struct teller *teller, uint32_t node)
{
    const struct gt_dominators *tree = &teller->tree;
    struct gt_holder_word held;

    if (tree->parent[node] == 0 || gt_dominators_object(tree, tree->parent[node]) == GT_NO_OBJECT)
        return node;
    bool channel =
        gt_holder_word_of(teller->study, tree, &teller->groups, tree->parent[node], &held) &&
        held.word.kind == GT_P_CHAN;
    return channel ? tree->parent[node] : node;
}

static void set_container(struct gt_heap_holder *holder, const char *what,
                          struct gt_container container)
{
    holder->what = what;
    holder->entries = container.entries;
    holder->room = container.room;
    holder->storage_bytes = container.storage_bytes;
    holder->spare_bytes = container.spare_bytes;
}

static void tell_slice(const struct teller *teller, const struct gt_word *word,
                       struct gt_heap_holder *holder)
{
    set_container(holder, "slice", gt_container_of_slice(teller->study, word));
    const char *elem = gt_type_name(teller->study, word->type);
    holder->type = elem ? gt_arena_format(teller->study->storage, "[]%s", elem) : NULL;
}

/* As its own type says, or that of the word which holds it. */
static void tell_what(const struct teller *teller, uint32_t object, bool held,
                      const struct gt_word *word, struct gt_heap_holder *holder)
{
    gt_type_id type = gt_typing_type(teller->study->typing, object);

    holder->type = keep_type(teller, type);
    if (is_map(teller, object)) {
        set_container(holder, "map",
                      type ? gt_container_of_map(teller->study, type, holder->address)
                           : gt_container_of_untyped_map(teller->study, holder->address));
    } else if (held && word->kind == GT_P_CHAN) {
        set_container(holder, "channel", gt_container_of_channel(teller->study, holder->address));
        const char *elem = gt_type_name(teller->study, word->type);
        holder->type = elem ? gt_arena_format(teller->study->storage, "chan %s", elem) : "chan";
    } else if (held && word->kind == GT_P_SLICE) {
        tell_slice(teller, word, holder);
    } else if (held && word->kind == GT_P_STRING) {
        holder->type = "string";
    } else if (held && !holder->type && word->kind == GT_P_POINTER) {
        holder->type = keep_type(teller, word->type);
    }
}

/* ---- who holds it -------------------------------------------------------------------------- */

/* Paths say "global" of a variable that has a name; names alone do not. */
static const char *without_global(const char *name)
{
    static const char named[] = "global ", unnamed[] = "global at ";

    bool cut = strncmp(name, named, sizeof named - 1) == 0 &&
               strncmp(name, unnamed, sizeof unnamed - 1) != 0;
    return cut ? name + sizeof named - 1 : name;
}

static const char *root_name(const struct teller *teller, const struct gt_root *root,
                             gt_type_id *type)
{
    char field[GT_FIELD];

    return without_global(gt_root_name(teller->study, root, true, field, sizeof field, type));
}

/* A frame's variable is called by its function, too. */
static const char *name_of(struct teller *teller, const struct gt_holder *holder)
{
    const char *name = gt_holder_name(&teller->keys, holder);
    gt_type_id type;

    if (holder->object != GT_NO_OBJECT) return strcmp(name, "it") == 0 ? NULL : name;
    const struct gt_root *root = gt_root_at(teller->study->roots, holder->root);
    if (root->kind == GT_ROOT_GLOBAL) return name;
    return root_name(teller, root, &type);
}

/* A variable's words, which need not point to the same. */
static void tell_variable(struct teller *teller, uint32_t group, struct gt_heap_holder *holder)
{
    size_t first = gt_root_groups_first(&teller->groups, group);
    uint32_t number = gt_vec_u32(&teller->groups.number, first);
    struct gt_holder word = {.object = GT_NO_OBJECT, .root = number};
    gt_type_id type;

    holder->what = "variable";
    holder->address = 0;
    holder->count = gt_root_groups_first(&teller->groups, group + 1) - first;
    holder->name = root_name(teller, gt_root_at(teller->study->roots, number), &type);
    holder->type = keep_type(teller, type);
    holder->path = gt_path_to(&teller->keys, &word);
    if (holder->count > 1) holder->path.count = 0; /* which of its words it was would be chance */
}

/* Where a sync.Map's own fields begin, if it is one by which the word is held. */
static const char *end_of_sync_map(const char *name, const char *field)
{
    static const struct {
        const char *holder, *field;
    } rows[] = {{"internal/sync.", ".m.root"}, {"sync.Map.dirty", ".dirty"}};

    for (size_t i = 0; name && field && i < sizeof rows / sizeof *rows; i++)
        if (strstr(name, rows[i].holder)) return strstr(field, rows[i].field);
    return NULL;
}

/* What is inside a sync.Map nobody knows: it is called by the field that it is itself. */
static void tell_sync_map(const struct teller *teller, struct gt_heap_holder *holder)
{
    if (!holder->path.count) return;
    const struct gt_step *last = &holder->path.steps[holder->path.count - 1];
    const char *end = end_of_sync_map(holder->name, last->field);
    if (!end) return;
    bool object = strcmp(last->what, "object") == 0 && last->type;
    holder->name = gt_arena_format(teller->study->storage, "%s%.*s",
                                   object ? last->type : without_global(last->what),
                                   (int)(end - last->field), last->field);
    holder->type = "sync.Map";
}

static void tell_object(struct teller *teller, const struct gt_accumulation *point,
                        struct gt_heap_holder *holder)
{
    struct gt_study *study = teller->study;
    uint32_t node = point->node;
    struct gt_holder_word held = {0};
    bool found = point->count == 1
                     ? gt_holder_word_of(study, &teller->tree, &teller->groups, node, &held)
                     : gt_holder_word_of_kind(study, &teller->tree, point->kind, &held, &node);
    uint32_t object = gt_dominators_object(&teller->tree, node);

    holder->address = gt_goheap_user(study->heap, object, &(uint64_t){0});
    tell_what(teller, object, found, &held.word, holder);
    if (found) {
        holder->name = gt_study_keep(study, name_of(teller, &held.holder));
        holder->path = gt_path_to(&teller->keys, &held.holder);
        tell_sync_map(teller, holder);
    } else {
        holder->path = gt_path_to_object(&teller->keys, object);
    }
}

/* The field by which most of what it keeps is held, if that is another than its own. */
static void tell_most(struct teller *teller, const struct gt_census_row *row,
                      struct gt_heap_holder *holder)
{
    struct gt_holder_word held;

    holder->most_type = keep_type(teller, row->type);
    holder->most_count = row->type_objects;
    holder->most_bytes = row->type_bytes;
    if (!row->type_objects ||
        !gt_holder_word_of(teller->study, &teller->tree, &teller->groups, row->node, &held))
        return;
    const char *name = gt_study_keep(teller->study, name_of(teller, &held.holder));
    if (name && (!holder->name || strcmp(name, holder->name) != 0)) holder->most_field = name;
}

/* ---- advice -------------------------------------------------------------------------------- */

static const char *advise(const struct teller *teller, const struct gt_heap_holder *holder)
{
    const char *name = holder->name ? holder->name : "its entries";

    if (strcmp(holder->what, "map") == 0 && holder->spare_bytes > holder->storage_bytes / 2)
        return gt_arena_format(teller->study->storage,
                               "a map never shrinks: copy the entries of %s into a new map once "
                               "most are deleted",
                               name);
    if (strcmp(holder->what, "slice") == 0 && holder->spare_bytes > holder->storage_bytes / 2)
        return gt_arena_format(teller->study->storage,
                               "keep a copy that is no longer than its elements (slices.Clone) in "
                               "%s; slices.Clip frees nothing",
                               name);
    if (strcmp(name, "context.cancelCtx.children") == 0)
        return "call the cancel function that context.WithCancel, WithTimeout or WithDeadline "
               "returned for each of these contexts, or defer it";
    return NULL;
}

/* ---- all of them --------------------------------------------------------------------------- */

static void tell_point(struct teller *teller, const struct gt_accumulation *point,
                       const struct gt_census_row *row, struct gt_heap_holder *holder)
{
    uint32_t node = point->node;

    *holder = (struct gt_heap_holder){
        .what = "object", .count = point->count, .bytes = point->bytes, .objects = row->objects};
    set_container(holder, "object", gt_container_unknown());
    if (teller->tree.what[node] & GT_DOMINATOR_GROUP)
        tell_variable(teller, teller->tree.what[node] & ~GT_DOMINATOR_GROUP, holder);
    else
        tell_object(teller, point, holder);
    if (point->list) set_container(holder, "list", gt_container_unknown());
    if (point->count > 1) set_container(holder, "objects", gt_container_unknown());
    tell_most(teller, row, holder);
    holder->advice = advise(teller, holder);
}

/* A map or channel piles up at its header, which is what a person knows it by. */
static void climb_to_headers(const struct teller *teller, struct gt_vec *points)
{
    for (size_t i = 0; i < points->len; i++) {
        struct gt_accumulation *point = gt_vec_at(points, i);
        if (point->count > 1 || point->list) continue;
        if (gt_dominators_object(&teller->tree, point->node) == GT_NO_OBJECT) continue;
        point->node = climb_to_map(teller, climb_to_channel(teller, point->node));
        point->bytes = teller->tree.retained[point->node];
    }
}

static void tell_points(struct teller *teller, struct gt_vec *points, struct gt_report *report)
{
    struct gt_census_row rows[MOST_HOLDERS] = {0};
    struct gt_heap_holder *holders =
        gt_arena_alloc(teller->study->storage, MOST_HOLDERS * sizeof *holders);

    gt_census(teller->study, &teller->tree, points, rows);
    for (size_t i = 0; i < points->len; i++)
        tell_point(teller, gt_vec_at(points, i), &rows[i], &holders[i]);
    report->holders = holders;
    report->holder_count = points->len;
}

void gt_holders_tell(struct gt_study *study, struct gt_report *report)
{
    struct teller teller = {.study = study};
    uint64_t threshold = study->live_bytes / SHARE;

    if (threshold < study->min_bytes) threshold = study->min_bytes;
    gt_keys_init(&teller.keys, study);
    gt_root_groups_init(&teller.groups, study);
    gt_dominators_build(&teller.tree, &study->heap->graph, &study->live, teller.groups.roots.data,
                        teller.groups.roots.len, gt_root_groups_count(&teller.groups));
    struct gt_vec points = gt_accumulations(study, &teller.tree, threshold, MOST_HOLDERS);
    climb_to_headers(&teller, &points);
    tell_points(&teller, &points, report);
    report->looked_for_holders = true;
    gt_vec_free(&points);
    gt_dominators_deinit(&teller.tree);
    gt_root_groups_deinit(&teller.groups);
    gt_keys_deinit(&teller.keys);
}

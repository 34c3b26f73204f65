/* Finds the accumulation points, moves them up to the headers of maps and channels, and joins those
 * that are one holder for people. Each is then described by its own type, or by that of the word
 * that holds it. */
#include "inspector/detect/holders/holder_texts.h"

#include "inspector/detect/describe/fields.h"
#include "inspector/detect/describe/own_names.h"
#include "inspector/detect/describe/root_names.h"
#include "inspector/detect/holders/census.h"
#include "inspector/detect/holders/containers.h"
#include "inspector/detect/holders/context_children.h"
#include "inspector/detect/holders/descriptor_points.h"
#include "inspector/detect/holders/holder_word.h"
#include "inspector/detect/holders/live_tree.h"
#include "inspector/detect/holders/pool_points.h"
#include "inspector/detect/holders/timer_points.h"
#include "inspector/runtime/typing/map_shapes.h"

#include <stdlib.h>

enum {
    MOST_HOLDERS = 10,
    SHARE = 20,       /* fraction of the live heap: 5% */
    MAX_CLIMB = 4,    /* steps from a map's storage to its header */
    LEAST_SPARE = 20, /* fraction of what a holder keeps: 5% */
};

struct describer {
    struct gt_heap_analysis *analysis;
    struct gt_keys keys;
    const struct gt_root_groups *groups;
    const struct gt_dominators *tree;
};

static const char *keep_type(const struct describer *describer, gt_type_id type)
{
    return gt_heap_analysis_keep(describer->analysis,
                                 gt_analysis_type_name(describer->analysis, type));
}

/* ---- what a holder is ----------------------------------------------------------------------- */

static bool is_map_type(const struct describer *describer, gt_type_id type)
{
    return type && gt_types_get(describer->analysis->process->types, type)->kind == GT_T_MAP;
}

/* A map's header, whether its type is known or not. */
static bool is_map(const struct describer *describer, uint32_t object)
{
    gt_type_id type = gt_typing_type(describer->analysis->typing, object);

    if (type || object >= describer->analysis->heap->graph.scan_objects)
        return is_map_type(describer, type);
    uint64_t header = gt_heap_address(&describer->analysis->heap->graph, object);
    return gt_map_has_shape(describer->analysis->heap, object) &&
           gt_container_of_untyped_map(describer->analysis, header).entries != GT_UNKNOWN;
}

/* A directory, table, group or bucket. */
static bool is_storage(const struct describer *describer, uint32_t object)
{
    const struct gt_typing *typing = describer->analysis->typing;
    gt_type_id type = gt_typing_type(typing, object);

    if (!type)
        return object < describer->analysis->heap->graph.scan_objects &&
               gt_typing_knows(typing, object);
    return gt_is_map_storage(gt_analysis_type_name(describer->analysis, type));
}

/* The node of the map to which the node's header or storage belongs; the node itself when it
 * belongs to none. */
static uint32_t climb_to_map(const struct describer *describer, uint32_t node)
{
    const struct gt_dominators *tree = describer->tree;
    uint32_t at = node;

    for (unsigned i = 0; i < MAX_CLIMB; i++) {
        uint32_t object = gt_dominators_object(tree, at);
        if (object == GT_NO_OBJECT) return node;
        if (is_map(describer, object)) return at;
        uint32_t above = gt_dominators_object(tree, gt_dominators_parent(tree, at));
        if (above == GT_NO_OBJECT) return node;
        bool below_storage = is_map(describer, above) ||
                             (is_storage(describer, above) && is_storage(describer, object)) ||
                             !gt_typing_type(describer->analysis->typing, above);
        if (!below_storage) return node;
        at = gt_dominators_parent(tree, at);
    }
    return node;
}

/* The node of the channel to which the node's buffer belongs; the node itself when it belongs to
 * none. */
static uint32_t climb_to_channel(const struct describer *describer, uint32_t node)
{
    const struct gt_dominators *tree = describer->tree;
    struct gt_referrer_word held;

    uint32_t parent = gt_dominators_parent(tree, node);

    if (gt_dominators_object(tree, parent) == GT_NO_OBJECT) return node;
    bool channel =
        gt_referrer_word_of(describer->analysis, tree, describer->groups, parent, &held) &&
        held.word.kind == GT_P_CHAN;
    return channel ? parent : node;
}

static void set_container(struct gt_heap_holder *holder, enum gt_holder_kind what,
                          struct gt_container container)
{
    holder->what = what;
    holder->entries = container.entries;
    holder->room = container.room;
    holder->storage_bytes = container.storage_bytes;
    holder->spare_bytes = container.spare_bytes;
}

static void describe_slice(const struct describer *describer, const struct gt_word *word,
                           struct gt_heap_holder *holder)
{
    set_container(holder, GT_HOLDER_SLICE, gt_container_of_slice(describer->analysis, word));
    const char *elem = gt_analysis_type_name(describer->analysis, word->type);
    holder->type = elem ? gt_arena_format(describer->analysis->storage, "[]%s", elem) : NULL;
}

/* By the object's own type, or by the type of the word that holds it. */
static void describe_what(const struct describer *describer, uint32_t object, bool held,
                          const struct gt_word *word, struct gt_heap_holder *holder)
{
    gt_type_id type = gt_typing_type(describer->analysis->typing, object);

    holder->type = keep_type(describer, type);
    if (is_map(describer, object)) {
        set_container(holder, GT_HOLDER_MAP,
                      type ? gt_container_of_map(describer->analysis, type, holder->address)
                           : gt_container_of_untyped_map(describer->analysis, holder->address));
    } else if (held && word->kind == GT_P_CHAN) {
        set_container(holder, GT_HOLDER_CHANNEL,
                      gt_container_of_channel(describer->analysis, holder->address));
        const char *elem = gt_analysis_type_name(describer->analysis, word->type);
        holder->type =
            elem ? gt_arena_format(describer->analysis->storage, "chan %s", elem) : "chan";
    } else if (held && word->kind == GT_P_SLICE) {
        describe_slice(describer, word, holder);
    } else if (held && word->kind == GT_P_STRING) {
        holder->type = "string";
    } else if (held && !holder->type && word->kind == GT_P_POINTER) {
        holder->type = keep_type(describer, word->type);
    }
}

/* ---- what holds it -------------------------------------------------------------------------- */

static const char *root_name(const struct describer *describer, const struct gt_root *root,
                             gt_type_id *type)
{
    char field[GT_FIELD];

    return gt_without_global(
        gt_root_name(describer->analysis, root, true, field, sizeof field, type));
}

/* A frame's variable is named together with its function. */
static const char *name_of(struct describer *describer, const struct gt_referrer *holder)
{
    const char *name = gt_program_name(&describer->keys, holder);
    gt_type_id type;

    if (holder->object != GT_NO_OBJECT) return strcmp(name, "it") == 0 ? NULL : name;
    const struct gt_root *root = gt_root_at(describer->analysis->roots, holder->root);
    if (root->kind == GT_ROOT_GLOBAL) return name;
    return root_name(describer, root, &type);
}

/* "main.recent -> main.lru", static data that a variable leads to, is main.recent with that type.
 */
static const char *without_type(const struct describer *describer, const char *name,
                                const char *type)
{
    static const char arrow[] = " -> ";
    size_t length = name ? strlen(name) : 0;
    size_t end = type ? strlen(type) + sizeof arrow - 1 : 0;

    if (!end || length <= end || strncmp(name + length - end, arrow, sizeof arrow - 1) != 0 ||
        strcmp(name + length - end + sizeof arrow - 1, type) != 0)
        return name;
    return gt_arena_strndup(describer->analysis->storage, name, length - end);
}

/* The words of a variable, which may point to different objects. */
static void describe_variable(struct describer *describer, uint32_t group,
                              struct gt_heap_holder *holder)
{
    size_t first = gt_root_groups_first(describer->groups, group);
    uint32_t number = describer->groups->number.at[first];
    struct gt_referrer word = {.object = GT_NO_OBJECT, .root = number};
    gt_type_id type;

    holder->what = GT_HOLDER_VARIABLE;
    holder->address = 0;
    holder->count = gt_root_groups_first(describer->groups, group + 1) - first;
    holder->name = root_name(describer, gt_root_at(describer->analysis->roots, number), &type);
    holder->type = keep_type(describer, type);
    holder->name = without_type(describer, holder->name, holder->type);
    holder->path = gt_path_to(&describer->keys, &word);
    if (holder->count > 1)
        holder->path.count = 0; /* the path of one of several words would be
                                 * chosen by chance */
}

/* Where the fields of a sync.Map begin, if the word is held through one. */
static const char *end_of_sync_map(const char *name, const char *field)
{
    static const struct {
        const char *holder, *field;
    } rows[] = {{"internal/sync.", ".m.root"}, {"sync.Map.dirty", ".dirty"}};

    for (size_t i = 0; name && field && i < sizeof rows / sizeof *rows; i++)
        if (strstr(name, rows[i].holder)) return strstr(field, rows[i].field);
    return NULL;
}

/* The fields inside a sync.Map are not known to users, so it is named by the field that holds the
 * map. */
static void describe_sync_map(struct describer *describer, const struct gt_referrer *referrer,
                              struct gt_heap_holder *holder)
{
    if (!holder->path.count) return;
    const struct gt_step *last = &holder->path.steps[holder->path.count - 1];
    const char *end = end_of_sync_map(gt_referrer_name(&describer->keys, referrer), last->field);
    if (!end) return;
    const char *holder_name = last->kind == GT_STEP_OBJECT ? last->type : last->what;
    if (!holder_name) return;
    holder->name =
        gt_arena_format(describer->analysis->storage, "%s%.*s", gt_without_global(holder_name),
                        (int)(end - last->field), last->field);
    holder->type = "sync.Map";
}

/* The same for a sync.Pool. The parts of its storage are no elements that a user knows. */
static void describe_sync_pool(struct describer *describer, const struct gt_referrer *referrer,
                               struct gt_heap_holder *holder)
{
    const char *name = gt_own_name(&describer->keys, referrer);

    set_container(holder, GT_HOLDER_OBJECT, gt_container_unknown());
    holder->type = "sync.Pool";
    if (strcmp(name, "it") != 0) holder->name = name;
}

/* If the code knows the length of a slice, only the pointer is in memory. */
static void describe_by_variable(struct gt_heap_holder *holder)
{
    if (holder->type || !holder->path.count) return;
    const struct gt_step *last = &holder->path.steps[holder->path.count - 1];
    if (!last->field && last->type && strncmp(last->type, "[]", 2) == 0) holder->type = last->type;
}

/* A map whose header lies in a frame: its storage is the first that is in the heap. */
static void describe_frame_map(const struct describer *describer,
                               const struct gt_referrer *referrer, struct gt_heap_holder *holder)
{
    struct gt_heap_analysis *analysis = describer->analysis;

    if (referrer->object != GT_NO_OBJECT) return;
    struct gt_frame_map map =
        gt_frame_map_of(analysis->heap, gt_root_at(analysis->roots, referrer->root));
    if (!map.type) return;
    set_container(holder, GT_HOLDER_MAP, gt_container_of_map(analysis, map.type, map.header));
    holder->type = keep_type(describer, map.type);
    holder->address = map.header;
}

static void describe_object(struct describer *describer, const struct gt_accumulation *point,
                            struct gt_heap_holder *holder)
{
    struct gt_heap_analysis *analysis = describer->analysis;
    uint32_t node = point->node;
    struct gt_referrer_word held = {0};
    bool found =
        point->count == 1
            ? gt_referrer_word_of(analysis, describer->tree, describer->groups, node, &held)
            : gt_referrer_word_of_kind(analysis, describer->tree, point->kind, &held, &node);
    uint32_t object = gt_dominators_object(describer->tree, node);

    holder->address = gt_goheap_user(analysis->heap, object, &(uint64_t){0});
    describe_what(describer, object, found, &held.word, holder);
    if (found) {
        holder->name = gt_heap_analysis_keep(analysis, name_of(describer, &held.holder));
        holder->path = gt_path_to(&describer->keys, &held.holder);
        describe_sync_map(describer, &held.holder, holder);
        if (gt_is_pool_storage(analysis, object))
            describe_sync_pool(describer, &held.holder, holder);
        describe_by_variable(holder);
        describe_frame_map(describer, &held.holder, holder);
    } else {
        holder->path = gt_path_to_object(&describer->keys, object);
    }
}

/* The field by which most of what it keeps is held, if it differs from the holder's own. */
static void describe_most(struct describer *describer, const struct gt_census_row *row,
                          struct gt_heap_holder *holder)
{
    struct gt_referrer_word held;

    holder->most_type = keep_type(describer, row->type);
    holder->most_count = row->type_objects;
    holder->most_bytes = row->type_bytes;
    if (!row->type_objects || !gt_referrer_word_of(describer->analysis, describer->tree,
                                                   describer->groups, row->node, &held))
        return;
    const char *name = gt_heap_analysis_keep(describer->analysis, name_of(describer, &held.holder));
    if (name && (!holder->name || strcmp(name, holder->name) != 0)) holder->most_field = name;
}

/* ---- advice -------------------------------------------------------------------------------- */

/* Most of the container is spare, and that is no trifle of what the holder keeps. */
static bool is_worth_copying(const struct gt_heap_holder *holder)
{
    return holder->spare_bytes > holder->storage_bytes / 2 &&
           (uint64_t)holder->spare_bytes >= holder->bytes / LEAST_SPARE;
}

static const char *advise(const struct describer *describer, const struct gt_heap_holder *holder)
{
    const char *name = holder->name ? holder->name : "its entries";

    if (holder->what == GT_HOLDER_MAP && is_worth_copying(holder))
        return gt_arena_format(describer->analysis->storage,
                               "a map never shrinks: copy the entries of %s into a new map once "
                               "most are deleted",
                               name);
    if (holder->what == GT_HOLDER_SLICE && is_worth_copying(holder))
        return gt_arena_format(describer->analysis->storage,
                               "keep a copy that is no longer than its elements (slices.Clone) in "
                               "%s; slices.Clip frees nothing",
                               name);
    if (strcmp(name, "context.cancelCtx.children") == 0)
        return gt_children_advice(describer->analysis, holder->address);
    return NULL;
}

/* ---- all of them --------------------------------------------------------------------------- */

/* Descriptors that keep little but their labels count as labels. */
static enum gt_descriptor_part descriptor_part(const struct describer *describer,
                                               const struct gt_accumulation *point,
                                               const struct gt_census_row *row)
{
    enum gt_descriptor_part part =
        gt_descriptor_part_of(describer->analysis, describer->tree, point->node);

    if (part != GT_DESCRIPTORS || row->type_bytes < point->bytes / 2) return part;
    bool labels = gt_descriptor_part_of(describer->analysis, describer->tree, row->node) ==
                  GT_DESCRIPTOR_LABELS;
    return labels ? GT_DESCRIPTOR_LABELS : part;
}

/* Which word leads to them means nothing. */
static void describe_descriptors(enum gt_descriptor_part part, struct gt_heap_holder *holder)
{
    set_container(holder, GT_HOLDER_VARIABLE, gt_container_unknown());
    holder->name = part == GT_DESCRIPTORS ? "goroutine descriptors" : "labels of goroutines";
    holder->type = part == GT_DESCRIPTORS ? "runtime.g" : "runtime/pprof.labelMap";
    if (part == GT_DESCRIPTOR_LABELS) holder->address = 0;
    holder->count = 1;
    holder->path = (struct gt_path){0};
    holder->most_field = NULL;
    holder->advice = NULL;
}

static void describe_point(struct describer *describer, const struct gt_accumulation *point,
                           const struct gt_census_row *row, struct gt_heap_holder *holder)
{
    uint32_t group = gt_dominators_group(describer->tree, point->node);

    *holder = (struct gt_heap_holder){.what = GT_HOLDER_OBJECT,
                                      .count = point->count,
                                      .bytes = point->bytes,
                                      .objects = row->objects};
    set_container(holder, GT_HOLDER_OBJECT, gt_container_unknown());
    if (group != GT_NO_GROUP)
        describe_variable(describer, group, holder);
    else
        describe_object(describer, point, holder);
    if (point->list) set_container(holder, GT_HOLDER_LIST, gt_container_unknown());
    if (point->count > 1) set_container(holder, GT_HOLDER_OBJECTS, gt_container_unknown());
    describe_most(describer, row, holder);
    holder->advice = advise(describer, holder);
    enum gt_descriptor_part part = descriptor_part(describer, point, row);
    if (part) describe_descriptors(part, holder);
}

/* A map or channel is shown by its header, which is what people know. */
static void climb_to_headers(const struct describer *describer, struct gt_vec *points)
{
    for (size_t i = 0; i < points->len; i++) {
        struct gt_accumulation *point = gt_vec_at(points, i);
        if (point->count > 1 || point->list) continue;
        if (gt_dominators_object(describer->tree, point->node) == GT_NO_OBJECT) continue;
        point->node = climb_to_map(describer, climb_to_channel(describer, point->node));
        point->bytes = gt_dominators_retained(describer->tree, point->node);
    }
}

static void describe_points(struct describer *describer, const struct gt_vec *points,
                            const struct gt_vec *joined, struct gt_report *report)
{
    struct gt_census_row rows[MOST_HOLDERS] = {0};
    struct gt_heap_holder *holders =
        gt_arena_alloc(describer->analysis->storage, MOST_HOLDERS * sizeof *holders);

    gt_census(describer->analysis, describer->tree, points, joined, rows);
    for (size_t i = 0; i < points->len; i++)
        describe_point(describer, gt_vec_at(points, i), &rows[i], &holders[i]);
    report->holders = holders;
    report->holder_count = points->len;
}

void gt_holders_describe(struct gt_heap_analysis *analysis, struct gt_report *report)
{
    const struct gt_live_tree *live = gt_live_tree(analysis);
    struct describer describer = {
        .analysis = analysis, .groups = &live->groups, .tree = &live->tree};
    uint64_t threshold = analysis->live_bytes / SHARE;

    if (threshold < analysis->min_bytes) threshold = analysis->min_bytes;
    struct gt_vec joined = GT_VEC_OF(struct gt_joined_point);
    struct gt_vec small = GT_VEC_OF(struct gt_accumulation);
    gt_keys_init(&describer.keys, analysis);
    struct gt_vec points =
        gt_accumulations(analysis, describer.tree, threshold, MOST_HOLDERS, &small);
    climb_to_headers(&describer, &points);
    gt_pool_points_join(analysis, describer.tree, &points);
    gt_descriptor_points_join(analysis, describer.tree, &small, &points, &joined);
    gt_timer_points_leave_out(analysis, describer.tree, &points);
    describe_points(&describer, &points, &joined, report);
    report->looked_for_holders = true;
    gt_vec_deinit(&points);
    gt_vec_deinit(&small);
    gt_vec_deinit(&joined);
    gt_keys_deinit(&describer.keys);
}

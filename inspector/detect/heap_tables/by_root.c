/* The live heap by the roots: what each group of them alone leads to. */
#include "inspector/base/alloc.h"
#include "inspector/detect/heap_tables/root_rows.h"

struct share {
    uint64_t objects, bytes;
};

struct sharer {
    const struct gt_heap_analysis *analysis;
    const struct gt_root_groups *groups;
    const struct gt_dominators *tree;
    uint32_t *owner;      /* by inner node: a group, or one of the two numbers after the groups */
    struct share *shares; /* by owner */
    uint32_t timers, several;
    gt_type_id timer_types[2]; /* types of the elements of timer heaps' arrays; GT_NO_TYPE: none */
};

/* The timers of a P (runtime/time.go): []timerWhen, and up to Go 1.22 []*timer. */
static bool is_timer_heap(const struct sharer *sharer, uint32_t object)
{
    gt_type_id type = gt_typing_type(sharer->analysis->typing, object);

    return type && (type == sharer->timer_types[0] || type == sharer->timer_types[1]);
}

static uint32_t owner_of(const struct sharer *sharer, uint32_t node, uint32_t object)
{
    uint32_t parent = gt_dominators_parent(sharer->tree, node);

    if (object != GT_NO_OBJECT && is_timer_heap(sharer, object)) return sharer->timers;
    if (parent == GT_NO_NODE || parent == 0) return sharer->several;
    return sharer->owner[parent];
}

static void add_object(struct sharer *sharer, uint32_t owner, uint64_t size)
{
    sharer->shares[owner].objects++;
    sharer->shares[owner].bytes += size;
}

static void add_leaf(void *ctx, uint32_t node, uint32_t object, const struct gt_region *region)
{
    struct sharer *sharer = ctx;

    (void)object;
    add_object(sharer, owner_of(sharer, node, GT_NO_OBJECT), region->slot_size);
}

static void add_inner(void *ctx, uint32_t node, uint32_t object, const struct gt_region *region)
{
    struct sharer *sharer = ctx;

    (void)object;
    add_object(sharer, sharer->owner[node], region->slot_size);
}

/* An owner has a smaller number than the nodes that it owns. */
static void share_out(struct sharer *sharer)
{
    const struct gt_dominators *tree = sharer->tree;

    for (uint32_t node = 1; node < tree->inner; node++) {
        uint32_t group = gt_dominators_group(tree, node), object = gt_dominators_object(tree, node);
        sharer->owner[node] = group == GT_NO_GROUP ? owner_of(sharer, node, object) : group;
    }
    gt_dominators_inner(tree, add_inner, sharer);
    gt_dominators_leaves(tree, add_leaf, sharer);
}

/* Live objects that no root was found to lead to are added to those of several roots. */
static void complete(struct sharer *sharer)
{
    struct share *several = &sharer->shares[sharer->several];

    several->objects = sharer->analysis->live_objects;
    several->bytes = sharer->analysis->live_bytes;
    for (uint32_t owner = 0; owner < sharer->several; owner++) {
        several->objects -= sharer->shares[owner].objects;
        several->bytes -= sharer->shares[owner].bytes;
    }
}

/* ---- rows ---------------------------------------------------------------------------------- */

static void add_to_row(struct gt_table_maker *maker, struct gt_strmap *rows,
                       const struct gt_root_label *label, const struct share *share)
{
    struct gt_heap_analysis *analysis = maker->analysis;
    char *key = gt_arena_format(analysis->storage, "%d %s", (int)label->kind, label->name);
    bool added;
    uint64_t *place = gt_strmap_put(rows, key, &added);

    if (added) {
        *place = maker->rows.len;
        struct gt_heap_row *row = gt_table_row(maker, gt_heap_analysis_keep(analysis, label->name));
        row->kind = label->kind;
        row->type = gt_heap_analysis_keep(
            analysis, label->type ? gt_types_name(analysis->process->types, label->type) : NULL);
        row->roots = label->words == GT_UNKNOWN ? GT_UNKNOWN : 0;
    }
    struct gt_heap_row *row = gt_vec_at(&maker->rows, *place);
    row->objects += (int64_t)share->objects;
    row->bytes += (int64_t)share->bytes;
    if (row->roots != GT_UNKNOWN) row->roots += label->words;
}

/* Groups differ by place, rows by name. */
static void add_rows(struct gt_table_maker *maker, const struct sharer *sharer)
{
    struct gt_strmap rows = {0};

    for (uint32_t group = 0; group < sharer->timers; group++) {
        if (!sharer->shares[group].objects) continue;
        struct gt_root_label label = gt_root_label_of(maker->analysis, sharer->groups, group);
        add_to_row(maker, &rows, &label, &sharer->shares[group]);
    }
    if (sharer->shares[sharer->timers].objects)
        add_to_row(maker, &rows, &gt_timer_label, &sharer->shares[sharer->timers]);
    add_to_row(maker, &rows, &gt_several_label, &sharer->shares[sharer->several]);
    gt_strmap_deinit(&rows);
}

void gt_table_by_root(struct gt_table_maker *maker)
{
    struct gt_types *types = maker->analysis->process->types;
    const struct gt_live_tree *live = gt_live_tree(maker->analysis);
    struct sharer sharer = {.analysis = maker->analysis,
                            .groups = &live->groups,
                            .tree = &live->tree,
                            .timer_types = {gt_types_named(types, "runtime.timerWhen"),
                                            gt_types_named(types, "*runtime.timer")}};

    sharer.timers = gt_root_groups_count(sharer.groups);
    sharer.several = sharer.timers + 1;
    sharer.owner = gt_calloc(sharer.tree->inner, sizeof *sharer.owner);
    sharer.shares = gt_calloc((size_t)sharer.several + 1, sizeof *sharer.shares);
    share_out(&sharer);
    complete(&sharer);
    add_rows(maker, &sharer);
    gt_free(sharer.owner);
    gt_free(sharer.shares);
}

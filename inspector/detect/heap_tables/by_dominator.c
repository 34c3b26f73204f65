/* The dominator tree of the live heap, down to a smallest size. */
#include "inspector/base/alloc.h"
#include "inspector/base/search.h"
#include "inspector/detect/describe/root_names.h"
#include "inspector/detect/heap_tables/object_kinds.h"
#include "inspector/detect/heap_tables/root_rows.h"
#include "inspector/detect/holders/holder_word.h"

#include <stdlib.h>

enum {
    USUAL_SHARE = 1000,   /* fraction of the live heap: smaller nodes are left out */
    LEAST_SHARE = 100000, /* the smallest fraction for any options, since smaller nodes are too many
                           */
    NEARLY_ALL = 90, /* percent: an object that keeps this much through one of its own kind is part
                      * of a list */
};

#define NONE UINT32_MAX

struct branch { /* a node that is large enough; parents come first */
    uint32_t node, parent;
    uint32_t first, next; /* first child, and next sibling; NONE ends the list */
    uint32_t last;        /* the last node of its row, whose children the row has */
    uint32_t shown;       /* the first node of its row that is an object: the row shows that */
    uint64_t listed;      /* objects of a list that begins here; 1: no list */
    bool hidden;          /* part of another row */
};

struct grower {
    struct gt_table_maker *maker;
    struct gt_root_groups groups;
    struct gt_dominators tree;
    struct gt_object_kinds kinds;
    struct gt_keys keys;
    uint32_t *objects;      /* by inner node: the number of objects in its subtree */
    struct gt_vec branches; /* struct branch */
    struct gt_vec stack;    /* struct growing */
    uint64_t least;         /* the least bytes that a row retains */
};

struct growing { /* a branch that is still to be written */
    uint32_t branch;
    int64_t depth;
};

static struct branch *branch_at(const struct grower *grower, uint32_t index)
{
    return gt_vec_at(&grower->branches, index);
}

static uint64_t retained_by(const struct grower *grower, uint32_t index)
{
    return gt_dominators_retained(&grower->tree, branch_at(grower, index)->node);
}

/* ---- objects below a node ------------------------------------------------------------------ */

static void count_leaf(void *ctx, uint32_t node, uint32_t object, const struct gt_region *region)
{
    struct grower *grower = ctx;
    uint32_t parent = gt_dominators_parent(&grower->tree, node);

    (void)object, (void)region;
    if (parent != GT_NO_NODE) grower->objects[parent]++;
}

static void count_objects(struct grower *grower)
{
    const struct gt_dominators *tree = &grower->tree;

    grower->objects = gt_calloc(tree->inner, sizeof *grower->objects);
    gt_dominators_leaves(tree, count_leaf, grower);
    for (uint32_t node = tree->inner; node-- > 1;) {
        grower->objects[node] += gt_dominators_object(tree, node) != GT_NO_OBJECT;
        grower->objects[gt_dominators_parent(tree, node)] += grower->objects[node];
    }
}

/* ---- branches ------------------------------------------------------------------------------ */

static uint64_t branch_node(const void *items, size_t index)
{
    return ((const struct branch *)gt_vec_at(items, index))->node;
}

static void add_branch(struct grower *grower, uint32_t node)
{
    uint32_t index = (uint32_t)grower->branches.len;
    struct branch added = {.node = node,
                           .parent = NONE,
                           .first = NONE,
                           .next = NONE,
                           .last = index,
                           .shown = index,
                           .listed = 1};

    if (node) {
        uint32_t above = gt_dominators_parent(&grower->tree, node);
        added.parent = (uint32_t)gt_lower_bound(&grower->branches, 0, index, above, branch_node);
        added.next = branch_at(grower, added.parent)->first;
        branch_at(grower, added.parent)->first = index;
    }
    gt_vec_add(&grower->branches, &added);
}

static void add_leaf(void *ctx, uint32_t node, uint32_t object, const struct gt_region *region)
{
    struct grower *grower = ctx;

    (void)object;
    if (region->slot_size >= grower->least) add_branch(grower, node);
}

/* Adds the nodes that retain the least bytes or more. A parent retains at least as much, so it is
 * added too. */
static void add_branches(struct grower *grower)
{
    const struct gt_dominators *tree = &grower->tree;

    add_branch(grower, 0);
    for (uint32_t node = 1; node < tree->inner; node++)
        if (gt_dominators_inner_bytes(tree, node) >= grower->least) add_branch(grower, node);
    gt_dominators_leaves(tree, add_leaf, grower);
}

/* ---- lists --------------------------------------------------------------------------------- */

/* The kind of a branch's object; NONE for a group of roots. */
static uint32_t kind_of(const struct grower *grower, uint32_t index)
{
    uint32_t object = gt_dominators_object(&grower->tree, branch_at(grower, index)->node);

    if (object == GT_NO_OBJECT) return NONE;
    return grower->kinds.kind[gt_rank_of(&grower->kinds.rank, object)];
}

/* The largest child, if it keeps nearly all of the branch. */
static uint32_t largest_child_of(const struct grower *grower, uint32_t index)
{
    for (uint32_t at = branch_at(grower, index)->first; at != NONE;
         at = branch_at(grower, at)->next)
        if (retained_by(grower, at) >= retained_by(grower, index) / 100 * NEARLY_ALL) return at;
    return NONE;
}

static bool is_storage(const struct grower *grower, uint32_t kind)
{
    const struct gt_object_kind *object = gt_object_kind_at(&grower->kinds, kind);

    return object->tables ||
           gt_is_map_storage(gt_analysis_type_name(grower->maker->analysis, object->type));
}

/* One row joins a variable and the one object that it holds, a map and its storage, or the objects
 * of a list. `kind` is that of the row's first object. */
static bool is_one_row(const struct grower *grower, const struct branch *branch, uint32_t largest)
{
    uint32_t kind = kind_of(grower, branch->last), next = kind_of(grower, largest);

    if (kind == NONE)
        return gt_dominators_group(&grower->tree, branch->node) != GT_NO_GROUP &&
               retained_by(grower, largest) == gt_dominators_retained(&grower->tree, branch->node);
    return kind == next || is_storage(grower, next);
}

static void join(struct grower *grower, uint32_t index, uint32_t largest)
{
    struct branch *branch = branch_at(grower, index);

    branch_at(grower, largest)->hidden = true;
    if (kind_of(grower, index) == NONE && branch->shown == index)
        branch->shown = largest;
    else if (kind_of(grower, branch->last) == kind_of(grower, largest))
        branch->listed++;
    branch->last = largest;
}

/* Parents come first, so each row is built from its first node. */
static void join_rows(struct grower *grower)
{
    for (uint32_t i = 1; i < grower->branches.len; i++) {
        if (branch_at(grower, i)->hidden) continue;
        uint32_t largest = largest_child_of(grower, i);
        while (largest != NONE && is_one_row(grower, branch_at(grower, i), largest)) {
            join(grower, i, largest);
            largest = largest_child_of(grower, largest);
        }
    }
}

/* ---- how many rows ------------------------------------------------------------------------- */

static int largest_first(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

    return left > right ? -1 : left < right;
}

/* Chooses the least bytes such that at most the allowed number of rows retain more. */
static void choose_least(struct grower *grower)
{
    struct gt_u64s sizes = {0};
    size_t top = gt_table_top(grower->maker);

    for (uint32_t i = 1; i < grower->branches.len; i++) {
        uint64_t size = retained_by(grower, i);
        if (!branch_at(grower, i)->hidden) gt_u64s_add(&sizes, size);
    }
    if (sizes.len) qsort(sizes.at, sizes.len, sizeof(uint64_t), largest_first);
    if (sizes.len > top) grower->least = sizes.at[top - 1];
    gt_u64s_deinit(&sizes);
}

/* ---- rows ---------------------------------------------------------------------------------- */

static void describe_group(const struct grower *grower, uint32_t group, struct gt_heap_row *row)
{
    struct gt_heap_analysis *analysis = grower->maker->analysis;
    struct gt_root_label label = gt_root_label_of(analysis, &grower->groups, group);

    row->kind = label.kind;
    row->name = gt_heap_analysis_keep(analysis, label.name);
    row->type = gt_heap_analysis_keep(analysis, gt_analysis_type_name(analysis, label.type));
}

static const char *name_of(struct grower *grower, uint32_t node)
{
    struct gt_referrer_word held;

    if (!gt_referrer_word_of(grower->maker->analysis, &grower->tree, &grower->groups, node, &held))
        return NULL;
    const char *name = gt_referrer_name(&grower->keys, &held.holder);
    if (strcmp(name, "it") == 0) return NULL;
    return gt_heap_analysis_keep(grower->maker->analysis, gt_without_global(name));
}

static void describe_object(struct grower *grower, const struct branch *branch,
                            struct gt_heap_row *row)
{
    struct gt_heap_analysis *analysis = grower->maker->analysis;
    uint32_t node = branch_at(grower, branch->shown)->node;
    uint32_t object = gt_dominators_object(&grower->tree, node);

    if (object == GT_NO_OBJECT) return;
    row->address = gt_goheap_user(analysis->heap, object, &(uint64_t){0});
    row->type = gt_heap_analysis_keep(
        analysis, gt_object_kind_at(&grower->kinds, kind_of(grower, branch->shown))->name);
    row->objects = (int64_t)branch->listed;
    row->bytes = (int64_t)(branch->listed * gt_heap_size(&analysis->heap->graph, object));
    if (!row->name) row->name = name_of(grower, node);
}

static void add_row(struct grower *grower, const struct growing *growing)
{
    const struct branch *branch = branch_at(grower, growing->branch);
    uint32_t group = gt_dominators_group(&grower->tree, branch->node);
    struct gt_heap_row *row = gt_table_row(grower->maker, NULL);

    row->depth = growing->depth;
    row->retained_bytes = (int64_t)retained_by(grower, growing->branch);
    row->retained_objects =
        branch->node < grower->tree.inner ? (int64_t)grower->objects[branch->node] : 1;
    if (group != GT_NO_GROUP)
        describe_group(grower, group, row);
    else if (growing->depth == 0)
        row->kind = gt_several_label.kind;
    describe_object(grower, branch, row);
}

static int smallest_first(const void *a, const void *b)
{
    const uint64_t *left = a, *right = b;

    if (left[0] != right[0]) return left[0] < right[0] ? -1 : 1;
    return left[1] > right[1] ? -1 : left[1] < right[1];
}

/* The largest child is on top of the stack. */
static void push_children(struct grower *grower, uint32_t index, int64_t depth)
{
    struct sized {
        uint64_t bytes, branch;
    };
    struct gt_vec children = GT_VEC_OF(struct sized);

    for (uint32_t at = branch_at(grower, branch_at(grower, index)->last)->first; at != NONE;
         at = branch_at(grower, at)->next)
        if (retained_by(grower, at) >= grower->least)
            gt_vec_add(&children, &(struct sized){retained_by(grower, at), at});
    if (children.len) qsort(children.data, children.len, sizeof(struct sized), smallest_first);
    for (size_t i = 0; i < children.len; i++) {
        const struct sized *child = gt_vec_at(&children, i);
        gt_vec_add(&grower->stack, &(struct growing){(uint32_t)child->branch, depth});
    }
    gt_vec_deinit(&children);
}

static void add_rows(struct grower *grower)
{
    size_t top = gt_table_top(grower->maker);

    push_children(grower, 0, 0);
    while (grower->stack.len && grower->maker->rows.len < top) {
        struct growing growing = *(struct growing *)gt_vec_at(&grower->stack, --grower->stack.len);
        add_row(grower, &growing);
        push_children(grower, growing.branch, growing.depth + 1);
    }
}

static uint64_t least_of(const struct gt_table_maker *maker)
{
    uint64_t live = maker->analysis->live_bytes, least = live / LEAST_SHARE + 1;
    uint64_t wanted = maker->options->min_bytes ? maker->options->min_bytes : live / USUAL_SHARE;

    return wanted > least ? wanted : least;
}

void gt_table_by_dominator(struct gt_table_maker *maker)
{
    struct gt_heap_analysis *analysis = maker->analysis;
    struct grower grower = {.maker = maker,
                            .branches = GT_VEC_OF(struct branch),
                            .stack = GT_VEC_OF(struct growing),
                            .least = least_of(maker)};

    maker->tree = true;
    gt_keys_init(&grower.keys, analysis);
    gt_dominators_of_groups(analysis, &grower.groups, &grower.tree);
    gt_object_kinds_init(&grower.kinds, analysis);
    count_objects(&grower);
    add_branches(&grower);
    join_rows(&grower);
    choose_least(&grower);
    add_rows(&grower);
    gt_vec_deinit(&grower.branches);
    gt_vec_deinit(&grower.stack);
    gt_free(grower.objects);
    gt_dominators_deinit(&grower.tree);
    gt_root_groups_deinit(&grower.groups);
    gt_object_kinds_deinit(&grower.kinds);
    gt_keys_deinit(&grower.keys);
}

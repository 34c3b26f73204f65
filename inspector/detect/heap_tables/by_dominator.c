/* The dominator tree of the live heap, down to a smallest size. */
#include "inspector/detect/describe/own_names.h"
#include "inspector/detect/describe/root_names.h"
#include "inspector/detect/heap_tables/object_kinds.h"
#include "inspector/detect/heap_tables/root_rows.h"
#include "inspector/detect/holders/holder_word.h"

#include <stdlib.h>

enum {
    USUAL_SHARE = 1000,   /* fraction of the live heap: smaller nodes are left out */
    LEAST_SHARE = 100000, /* the smallest fraction for any options, since smaller nodes are too many
                           */
    MANY_SIZES = 1 << 16, /* sizes of rows that are kept before the smallest are dropped */
    NEARLY_ALL = 90, /* percent: an object that keeps this much through one of its own kind is part
                      * of a list */
};

#define NONE UINT32_MAX

struct branch {    /* a row that may be shown; in the order of nodes, so parents come first */
    uint32_t node; /* the first of the row's nodes */
    uint32_t first, next; /* first child, and next sibling; NONE ends the list */
    uint32_t last;        /* the last node of the row, whose children the row has */
    uint32_t shown;       /* the first node of the row that is an object: the row shows that */
    uint64_t listed;      /* objects of a list that begins here; 1: no list */
};

/* A node is heavy when it retains `heavy` bytes. There may be as many of those as objects, so each
 * has only some bits. */
struct grower {
    struct gt_table_maker *maker;
    const struct gt_root_groups *groups;
    struct gt_dominators *tree;
    const struct gt_object_kinds *kinds;
    struct gt_keys keys;
    struct gt_u32s leaves;   /* heavy nodes that are leaves */
    struct gt_bitmap chosen; /* inner nodes of which a child keeps nearly all */
    struct gt_bitmap hidden; /* nodes that are part of their dominator's row */
    struct gt_bitmap joined; /* inner nodes whose row goes on */
    struct gt_vec branches;  /* struct branch */
    struct gt_map by_last;   /* node -> index in `branches` */
    struct gt_vec stack;     /* struct growing */
    struct gt_u32s shown;    /* by row: its node */
    struct gt_u64s sizes;    /* of the largest rows */
    uint64_t heavy;          /* the least bytes of a heavy node */
    uint64_t least;          /* the least bytes that a row retains */
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
    return gt_dominators_retained(grower->tree, branch_at(grower, index)->node);
}

/* ---- heavy nodes --------------------------------------------------------------------------- */

typedef void heavy_fn(struct grower *grower, uint32_t node, uint64_t bytes);

static void add_leaf(void *ctx, uint32_t node, uint32_t object, const struct gt_region *region)
{
    struct grower *grower = ctx;

    (void)object;
    if (region->slot_size >= grower->heavy) gt_u32s_add(&grower->leaves, node);
}

/* The last node first. */
static void visit_heavy(struct grower *grower, heavy_fn *visit)
{
    const struct gt_dominators *tree = grower->tree;

    for (size_t i = grower->leaves.len; i-- > 0;) {
        uint32_t leaf = grower->leaves.at[i];
        visit(grower, leaf, gt_dominators_retained(tree, leaf));
    }
    for (uint32_t node = tree->inner; node-- > 1;) {
        uint64_t bytes = gt_dominators_inner_bytes(tree, node);
        if (bytes >= grower->heavy) visit(grower, node, bytes);
    }
}

/* ---- lists --------------------------------------------------------------------------------- */

/* The kind of a node's object; NONE for a group of roots. */
static uint32_t kind_of(const struct grower *grower, uint32_t node)
{
    uint32_t object = gt_dominators_object(grower->tree, node);

    if (object == GT_NO_OBJECT) return NONE;
    return gt_object_kind_number(grower->kinds, gt_rank_of(&grower->kinds->rank, object));
}

static bool is_storage(const struct grower *grower, uint32_t kind)
{
    const struct gt_object_kind *object = gt_object_kind_at(grower->kinds, kind);

    return object->form == GT_FORM_TABLES ||
           gt_is_map_storage(gt_analysis_type_name(grower->maker->analysis, object->type));
}

/* One row joins a variable and the one object that it holds, a map and its storage, or the objects
 * of a list. `kind` is that of the row's first object. */
static bool is_one_row(const struct grower *grower, uint32_t above, uint32_t node, uint64_t bytes)
{
    uint32_t kind = kind_of(grower, above), next = kind_of(grower, node);

    if (kind == NONE) return bytes == gt_dominators_inner_bytes(grower->tree, above);
    return kind == next || is_storage(grower, next);
}

/* Of several children that keep nearly all, which only tiny nodes can have, the last one counts. */
static void join(struct grower *grower, uint32_t node, uint64_t bytes)
{
    uint32_t above = gt_dominators_parent(grower->tree, node);

    if (above == 0 || gt_bit(&grower->chosen, above)) return;
    if (bytes < gt_dominators_inner_bytes(grower->tree, above) / 100 * NEARLY_ALL) return;
    gt_bit_set(&grower->chosen, above);
    if (!is_one_row(grower, above, node, bytes)) return;
    gt_bit_set(&grower->hidden, node);
    gt_bit_set(&grower->joined, above);
}

static void join_rows(struct grower *grower)
{
    gt_bitmap_init(&grower->chosen, grower->tree->inner);
    gt_bitmap_init(&grower->joined, grower->tree->inner);
    gt_bitmap_init(&grower->hidden, grower->tree->count);
    gt_dominators_leaves(grower->tree, add_leaf, grower);
    visit_heavy(grower, join);
}

/* ---- how many rows ------------------------------------------------------------------------- */

static int largest_first(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

    return left > right ? -1 : left < right;
}

static void keep_largest(struct gt_u64s *sizes, size_t top)
{
    if (sizes->len) qsort(sizes->at, sizes->len, sizeof(uint64_t), largest_first);
    if (sizes->len > top) sizes->len = top + 1;
}

/* Sizes beyond the allowed number are dropped now and then. */
static void add_size(struct grower *grower, uint32_t node, uint64_t bytes)
{
    size_t top = gt_table_top(grower->maker);

    if (gt_bit(&grower->hidden, node)) return;
    gt_u64s_add(&grower->sizes, bytes);
    if (grower->sizes.len / 4 > top + MANY_SIZES) keep_largest(&grower->sizes, top);
}

/* Chooses the least bytes such that at most the allowed number of rows retain more. */
static void choose_least(struct grower *grower)
{
    size_t top = gt_table_top(grower->maker);

    visit_heavy(grower, add_size);
    keep_largest(&grower->sizes, top);
    if (grower->sizes.len > top) grower->least = grower->sizes.at[top - 1];
    gt_u64s_deinit(&grower->sizes);
}

/* ---- branches ------------------------------------------------------------------------------ */

/* One step from the last node of a row to its first: from `node` to `above`. */
static void take_in(const struct grower *grower, struct branch *branch, uint32_t above,
                    uint32_t node)
{
    uint32_t kind = kind_of(grower, above);

    if (kind == NONE)
        branch->shown = node;
    else if (kind == kind_of(grower, node))
        branch->listed++;
}

/* Makes the row that ends at the node. */
static void add_branch(struct grower *grower, uint32_t node, uint64_t bytes)
{
    struct branch branch = {
        .node = node, .first = NONE, .next = NONE, .last = node, .shown = NONE, .listed = 1};

    (void)bytes;
    if (node < grower->tree->inner && gt_bit(&grower->joined, node)) return;
    while (gt_bit(&grower->hidden, branch.node)) {
        uint32_t above = gt_dominators_parent(grower->tree, branch.node);
        take_in(grower, &branch, above, branch.node);
        branch.node = above;
    }
    if (branch.shown == NONE) branch.shown = branch.node;
    if (gt_dominators_retained(grower->tree, branch.node) >= grower->least)
        gt_vec_add(&grower->branches, &branch);
}

static int by_node(const void *a, const void *b)
{
    const struct branch *left = a, *right = b;
    return left->node < right->node ? -1 : left->node > right->node;
}

static void hang_below(struct grower *grower, uint32_t index)
{
    struct branch *branch = branch_at(grower, index);
    uint32_t above = gt_dominators_parent(grower->tree, branch->node);
    const uint64_t *parent = gt_map_find(&grower->by_last, above);

    if (!parent) return; /* it is below a node inside of a row */
    branch->next = branch_at(grower, (uint32_t)*parent)->first;
    branch_at(grower, (uint32_t)*parent)->first = index;
}

/* The row of the root is the first. */
static void add_branches(struct grower *grower)
{
    struct branch root = {.first = NONE, .next = NONE, .listed = 1};

    gt_vec_add(&grower->branches, &root);
    visit_heavy(grower, add_branch);
    qsort(grower->branches.data, grower->branches.len, sizeof root, by_node);
    for (uint32_t i = 0; i < grower->branches.len; i++)
        *gt_map_put(&grower->by_last, branch_at(grower, i)->last, NULL) = i;
    for (uint32_t i = 1; i < grower->branches.len; i++)
        hang_below(grower, i);
}

/* ---- rows ---------------------------------------------------------------------------------- */

static void describe_group(const struct grower *grower, uint32_t group, struct gt_heap_row *row)
{
    struct gt_heap_analysis *analysis = grower->maker->analysis;
    struct gt_root_label label = gt_root_label_of(analysis, grower->groups, group);

    row->kind = label.kind;
    row->name = gt_heap_analysis_keep(analysis, label.name);
    row->type = gt_heap_analysis_keep(analysis, gt_analysis_type_name(analysis, label.type));
}

static const char *name_of(struct grower *grower, uint32_t node)
{
    struct gt_referrer_word held;

    if (!gt_referrer_word_of(grower->maker->analysis, grower->tree, grower->groups, node, &held))
        return NULL;
    const char *name = held.holder.object == GT_NO_OBJECT
                           ? gt_referrer_place(&grower->keys, &held.holder)
                           : gt_program_name(&grower->keys, &held.holder);
    if (strcmp(name, "it") == 0) return NULL;
    return gt_heap_analysis_keep(grower->maker->analysis, gt_without_global(name));
}

static void describe_object(struct grower *grower, const struct branch *branch,
                            struct gt_heap_row *row)
{
    struct gt_heap_analysis *analysis = grower->maker->analysis;
    uint32_t node = branch->shown;
    uint32_t object = gt_dominators_object(grower->tree, node);

    if (object == GT_NO_OBJECT) return;
    row->address = gt_goheap_user(analysis->heap, object, &(uint64_t){0});
    row->type = gt_heap_analysis_keep(
        analysis, gt_object_kind_at(grower->kinds, kind_of(grower, branch->shown))->name);
    row->objects = (int64_t)branch->listed;
    row->bytes = (int64_t)(branch->listed * gt_heap_size(&analysis->heap->graph, object));
    if (!row->name) row->name = name_of(grower, node);
}

static void add_row(struct grower *grower, const struct growing *growing)
{
    const struct branch *branch = branch_at(grower, growing->branch);
    uint32_t group = gt_dominators_group(grower->tree, branch->node);
    struct gt_heap_row *row = gt_table_row(grower->maker, NULL);

    row->depth = growing->depth;
    row->retained_bytes = (int64_t)retained_by(grower, growing->branch);
    gt_u32s_add(&grower->shown, branch->node);
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

    for (uint32_t at = branch_at(grower, index)->first; at != NONE;
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

/* The last use of the tree's bytes. */
static void count_objects(struct grower *grower)
{
    gt_dominators_count_objects(grower->tree);
    for (size_t i = 0; i < grower->shown.len; i++) {
        struct gt_heap_row *row = gt_vec_at(&grower->maker->rows, i);
        uint32_t node = grower->shown.at[i];
        row->retained_objects =
            node < grower->tree->inner ? (int64_t)gt_dominators_sum(grower->tree, node) : 1;
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
    const struct gt_object_kinds *kinds = gt_object_kinds(analysis);
    struct gt_live_tree *live = gt_live_tree(analysis);
    struct grower grower = {.maker = maker,
                            .kinds = kinds,
                            .groups = &live->groups,
                            .tree = &live->tree,
                            .branches = GT_VEC_OF(struct branch),
                            .stack = GT_VEC_OF(struct growing),
                            .heavy = least_of(maker),
                            .least = least_of(maker)};

    maker->tree = true;
    gt_keys_init(&grower.keys, analysis);
    join_rows(&grower);
    choose_least(&grower);
    add_branches(&grower);
    add_rows(&grower);
    count_objects(&grower);
    gt_vec_deinit(&grower.branches);
    gt_vec_deinit(&grower.stack);
    gt_u32s_deinit(&grower.shown);
    gt_u32s_deinit(&grower.leaves);
    gt_map_deinit(&grower.by_last);
    gt_bitmap_deinit(&grower.chosen);
    gt_bitmap_deinit(&grower.joined);
    gt_bitmap_deinit(&grower.hidden);
    gt_keys_deinit(&grower.keys);
}

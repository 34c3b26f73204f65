/* The dominator tree of the live heap, down to a smallest size. */
#include "inspector/detect/describe/own_names.h"
#include "inspector/detect/describe/root_names.h"
#include "inspector/detect/heap_tables/branches.h"
#include "inspector/detect/heap_tables/root_rows.h"
#include "inspector/detect/heap_tables/siblings.h"
#include "inspector/detect/holders/holder_word.h"

#include <stdlib.h>

enum {
    USUAL_SHARE = 1000,   /* fraction of the live heap: smaller rows are left out */
    LEAST_SHARE = 100000, /* the same for branches and with any options, since smaller ones are too
                           * many */
    MOST_BRANCHES = 1 << 16, /* of which rows are made, unless more rows may be shown */
};

#define NONE UINT32_MAX

struct fold {              /* a row: branches that are alike; those above come first */
    uint32_t first, count; /* in `members`, the largest first */
    uint32_t child, next;  /* first child, and next sibling; NONE ends the list */
    uint64_t bytes;
    const char *label; /* of the words that hold them; NULL: unknown, or they are only one */
};

struct grower {
    struct gt_table_maker *maker;
    const struct gt_root_groups *groups;
    struct gt_dominators *tree;
    struct gt_keys keys;
    struct gt_branches branches;
    struct gt_vec folds;    /* struct fold; 0: the root of all */
    struct gt_u32s members; /* branches, by fold */
    struct gt_vec stack;    /* struct growing */
    struct gt_u32s shown;   /* by row: its fold */
    struct gt_u64s sizes;   /* of rows */
    uint64_t least;         /* the least bytes that a row retains */
};

struct growing { /* a row that is still to be written */
    uint32_t fold;
    int64_t depth;
};

static struct fold *fold_at(const struct grower *grower, uint32_t index)
{
    return gt_vec_at(&grower->folds, index);
}

static const struct gt_branch *member_at(const struct grower *grower, const struct fold *fold,
                                         uint32_t index)
{
    return gt_branch_at(&grower->branches, grower->members.at[fold->first + index]);
}

/* ---- folds --------------------------------------------------------------------------------- */

static void add_siblings(const struct grower *grower, const struct gt_branch *above,
                         struct gt_vec *siblings)
{
    for (uint32_t index = above->first; index != NONE;
         index = gt_branch_at(&grower->branches, index)->next) {
        const struct gt_branch *branch = gt_branch_at(&grower->branches, index);
        struct gt_sibling sibling = {.branch = index,
                                     .node = branch->node,
                                     .parent = above->last,
                                     .kind = gt_branches_kind(&grower->branches, branch->node),
                                     .bytes = gt_dominators_retained(grower->tree, branch->node)};
        gt_vec_add(siblings, &sibling);
    }
}

static void add_fold(struct grower *grower, const struct gt_vec *siblings, size_t first,
                     size_t count)
{
    const struct gt_sibling *largest = gt_vec_at(siblings, first);
    struct fold fold = {.first = (uint32_t)grower->members.len,
                        .count = (uint32_t)count,
                        .child = NONE,
                        .label = count > 1 ? largest->label : NULL};

    for (size_t i = first; i < first + count; i++) {
        const struct gt_sibling *sibling = gt_vec_at(siblings, i);
        gt_u32s_add(&grower->members, sibling->branch);
        fold.bytes += sibling->bytes;
    }
    gt_u64s_add(&grower->sizes, fold.bytes);
    gt_vec_add(&grower->folds, &fold);
}

/* The children of all of a row's branches make the rows below it. */
static void unfold(struct grower *grower, uint32_t index)
{
    struct gt_vec siblings = GT_VEC_OF(struct gt_sibling);
    const struct fold fold = *fold_at(grower, index);
    size_t alike;

    for (uint32_t i = 0; i < fold.count; i++)
        add_siblings(grower, member_at(grower, &fold, i), &siblings);
    gt_siblings_sort(&grower->keys, grower->tree, &siblings);
    for (size_t i = 0; i < siblings.len; i += alike) {
        alike = gt_siblings_alike(&siblings, i);
        uint32_t added = (uint32_t)grower->folds.len;
        add_fold(grower, &siblings, i, alike);
        fold_at(grower, added)->next = fold_at(grower, index)->child;
        fold_at(grower, index)->child = added;
    }
    gt_vec_deinit(&siblings);
}

static int largest_first(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

    return left > right ? -1 : left < right;
}

/* Chooses the least bytes such that at most the allowed number of rows retain more. */
static void choose_least(struct grower *grower)
{
    struct gt_u64s *sizes = &grower->sizes;
    size_t top = gt_table_top(grower->maker);

    if (sizes->len > top) {
        qsort(sizes->at, sizes->len, sizeof(uint64_t), largest_first);
        grower->least = sizes->at[top - 1];
    }
    gt_u64s_deinit(sizes);
}

/* The root of all is the first. */
static void add_folds(struct grower *grower)
{
    gt_u32s_add(&grower->members, 0);
    gt_vec_add(&grower->folds, &(struct fold){.count = 1, .child = NONE, .next = NONE});
    for (uint32_t i = 0; i < grower->folds.len; i++)
        unfold(grower, i);
    choose_least(grower);
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

static const char *kept_name(const struct grower *grower, const char *name)
{
    if (!name || strcmp(name, "it") == 0) return NULL;
    return gt_heap_analysis_keep(grower->maker->analysis, gt_without_global(name));
}

static const char *name_of(struct grower *grower, uint32_t node)
{
    struct gt_referrer_word held;

    if (!gt_referrer_word_of(grower->maker->analysis, grower->tree, grower->groups, node, &held))
        return NULL;
    const char *name = held.holder.object == GT_NO_OBJECT
                           ? gt_referrer_place(&grower->keys, &held.holder)
                           : gt_program_name(&grower->keys, &held.holder);
    return kept_name(grower, name);
}

static void count_own(const struct grower *grower, const struct fold *fold, struct gt_heap_row *row)
{
    const struct gt_heap *graph = &grower->maker->analysis->heap->graph;

    for (uint32_t i = 0; i < fold->count; i++) {
        const struct gt_branch *member = member_at(grower, fold, i);
        uint32_t object = gt_dominators_object(grower->tree, member->shown);
        row->objects += (int64_t)member->listed;
        row->bytes += (int64_t)(member->listed * gt_heap_size(graph, object));
    }
}

static void describe_object(struct grower *grower, const struct fold *fold, struct gt_heap_row *row)
{
    struct gt_heap_analysis *analysis = grower->maker->analysis;
    uint32_t node = member_at(grower, fold, 0)->shown;
    uint32_t object = gt_dominators_object(grower->tree, node);

    if (object == GT_NO_OBJECT) return;
    row->address = gt_goheap_user(analysis->heap, object, &(uint64_t){0});
    const struct gt_object_kinds *kinds = grower->branches.kinds;
    row->type = gt_heap_analysis_keep(
        analysis, gt_object_kind_at(kinds, gt_branches_kind(&grower->branches, node))->name);
    count_own(grower, fold, row);
    if (row->name) return;
    row->name = fold->count > 1 ? kept_name(grower, fold->label) : name_of(grower, node);
}

static void add_row(struct grower *grower, const struct growing *growing)
{
    const struct fold *fold = fold_at(grower, growing->fold);
    const struct gt_branch *branch = member_at(grower, fold, 0);
    uint32_t group = gt_dominators_group(grower->tree, branch->node);
    struct gt_heap_row *row = gt_table_row(grower->maker, NULL);

    row->depth = growing->depth;
    row->retained_bytes = (int64_t)fold->bytes;
    row->alike = fold->count;
    row->largest_bytes = (int64_t)gt_dominators_retained(grower->tree, branch->node);
    gt_u32s_add(&grower->shown, growing->fold);
    if (group != GT_NO_GROUP)
        describe_group(grower, group, row);
    else if (growing->depth == 0)
        row->kind = gt_several_label.kind;
    describe_object(grower, fold, row);
}

static int smallest_first(const void *a, const void *b)
{
    const uint64_t *left = a, *right = b;

    if (left[0] != right[0]) return left[0] < right[0] ? -1 : 1;
    return left[1] > right[1] ? -1 : left[1] < right[1];
}

/* The node of a row's largest branch. */
static uint32_t node_of(const struct grower *grower, const struct fold *fold)
{
    return member_at(grower, fold, 0)->node;
}

/* The largest child is on top of the stack; of equal ones, the one with the first node. */
static void push_children(struct grower *grower, uint32_t index, int64_t depth)
{
    struct sized {
        uint64_t bytes, node, fold;
    };
    struct gt_vec children = GT_VEC_OF(struct sized);

    for (uint32_t at = fold_at(grower, index)->child; at != NONE; at = fold_at(grower, at)->next) {
        const struct fold *fold = fold_at(grower, at);
        if (fold->bytes >= grower->least)
            gt_vec_add(&children, &(struct sized){fold->bytes, node_of(grower, fold), at});
    }
    if (children.len) qsort(children.data, children.len, sizeof(struct sized), smallest_first);
    for (size_t i = 0; i < children.len; i++) {
        const struct sized *child = gt_vec_at(&children, i);
        gt_vec_add(&grower->stack, &(struct growing){(uint32_t)child->fold, depth});
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
        push_children(grower, growing.fold, growing.depth + 1);
    }
}

static uint64_t objects_of(const struct grower *grower, const struct fold *fold)
{
    uint64_t objects = 0;

    for (uint32_t i = 0; i < fold->count; i++) {
        uint32_t node = member_at(grower, fold, i)->node;
        objects += node < grower->tree->inner ? gt_dominators_sum(grower->tree, node) : 1;
    }
    return objects;
}

/* The last use of the tree's bytes. */
static void count_objects(struct grower *grower)
{
    gt_dominators_count_objects(grower->tree);
    for (size_t i = 0; i < grower->shown.len; i++) {
        struct gt_heap_row *row = gt_vec_at(&grower->maker->rows, i);
        row->retained_objects = (int64_t)objects_of(grower, fold_at(grower, grower->shown.at[i]));
    }
}

static uint64_t least_branch(const struct gt_table_maker *maker)
{
    return maker->analysis->live_bytes / LEAST_SHARE + 1;
}

static uint64_t least_row(const struct gt_table_maker *maker)
{
    uint64_t wanted = maker->options->min_bytes ? maker->options->min_bytes
                                                : maker->analysis->live_bytes / USUAL_SHARE;

    return wanted > least_branch(maker) ? wanted : least_branch(maker);
}

struct object_set {
    const struct gt_dominators *tree;
    struct gt_bitmap objects;
};

static void add_object(void *ctx, uint32_t node, uint64_t bytes)
{
    struct object_set *set = ctx;
    uint32_t object = gt_dominators_object(set->tree, node);

    (void)bytes;
    if (object != GT_NO_OBJECT) gt_bit_set(&set->objects, object);
}

/* The objects whose kinds are asked for. */
static struct gt_bitmap heavy_objects(const struct gt_heavy_nodes *heavy)
{
    struct object_set set = {.tree = heavy->tree};

    gt_bitmap_init(&set.objects, heavy->tree->heap->objects);
    gt_heavy_nodes_visit(heavy, add_object, &set);
    return set.objects;
}

static size_t most_branches(const struct gt_table_maker *maker)
{
    size_t top = gt_table_top(maker);

    return top > MOST_BRANCHES ? top : MOST_BRANCHES;
}

void gt_table_by_dominator(struct gt_table_maker *maker)
{
    struct gt_heap_analysis *analysis = maker->analysis;
    struct gt_live_tree *live = gt_live_tree(analysis);
    struct gt_heavy_nodes heavy;

    gt_heavy_nodes_init(&heavy, &live->tree, least_branch(maker));
    struct gt_object_kinds *kinds = gt_object_kinds_of(analysis, heavy_objects(&heavy));
    struct grower grower = {.maker = maker,
                            .groups = &live->groups,
                            .tree = &live->tree,
                            .folds = GT_VEC_OF(struct fold),
                            .stack = GT_VEC_OF(struct growing),
                            .least = least_row(maker)};

    maker->tree = true;
    gt_keys_init(&grower.keys, analysis);
    gt_branches_init(&grower.branches, analysis, &heavy, kinds, most_branches(maker));
    gt_heavy_nodes_deinit(&heavy);
    add_folds(&grower);
    add_rows(&grower);
    count_objects(&grower);
    gt_branches_deinit(&grower.branches);
    gt_object_kinds_destroy(kinds);
    gt_vec_deinit(&grower.folds);
    gt_u32s_deinit(&grower.members);
    gt_vec_deinit(&grower.stack);
    gt_u32s_deinit(&grower.shown);
    gt_keys_deinit(&grower.keys);
}

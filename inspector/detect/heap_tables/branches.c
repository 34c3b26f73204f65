/* Goes through the heavy nodes three times: it joins nodes to branches by bits, chooses the least
 * bytes that a branch retains, and makes the branches. */
#include "inspector/detect/heap_tables/branches.h"

#include "inspector/detect/describe/fields.h"

#include <stdlib.h>

enum {
    MANY_SIZES = 1 << 16, /* sizes that are kept before the smallest are dropped */
    FEW = 16,             /* fraction of the inner nodes: so many heavy ones are listed */
    NEARLY_ALL = 90, /* percent: an object that keeps this much through one of its own kind is part
                      * of a list */
};

/* ---- heavy nodes --------------------------------------------------------------------------- */

static void list_leaves(void *ctx, const struct gt_leaves *leaves)
{
    struct gt_heavy_nodes *heavy = ctx;

    if (leaves->region->slot_size < heavy->least) return;
    for (uint32_t i = 0; i < leaves->count; i++)
        if (leaves->parents[i] != GT_NO_NODE) gt_u32s_add(&heavy->leaves, leaves->node + i);
}

static void list_inner(struct gt_heavy_nodes *heavy)
{
    const struct gt_dominators *tree = heavy->tree;

    for (uint32_t node = 1; node < tree->inner && !heavy->many; node++) {
        if (gt_dominators_inner_bytes(tree, node) < heavy->least) continue;
        gt_u32s_add(&heavy->inner, node);
        heavy->many = heavy->inner.len > tree->inner / FEW;
    }
    if (heavy->many) gt_u32s_deinit(&heavy->inner);
}

void gt_heavy_nodes_init(struct gt_heavy_nodes *heavy, const struct gt_dominators *tree,
                         uint64_t least)
{
    *heavy = (struct gt_heavy_nodes){.tree = tree, .least = least};
    list_inner(heavy);
    gt_dominators_leaves_of_regions(tree, list_leaves, heavy);
}

void gt_heavy_nodes_deinit(struct gt_heavy_nodes *heavy)
{
    gt_u32s_deinit(&heavy->leaves);
    gt_u32s_deinit(&heavy->inner);
}

static void visit_all_inner(const struct gt_heavy_nodes *heavy, gt_heavy_fn *visit, void *ctx)
{
    for (uint32_t node = heavy->tree->inner; node-- > 1;) {
        uint64_t bytes = gt_dominators_inner_bytes(heavy->tree, node);
        if (bytes >= heavy->least) visit(ctx, node, bytes);
    }
}

void gt_heavy_nodes_visit(const struct gt_heavy_nodes *heavy, gt_heavy_fn *visit, void *ctx)
{
    for (size_t i = heavy->leaves.len; i-- > 0;)
        visit(ctx, heavy->leaves.at[i], gt_dominators_retained(heavy->tree, heavy->leaves.at[i]));
    for (size_t i = heavy->inner.len; i-- > 0;)
        visit(ctx, heavy->inner.at[i], gt_dominators_inner_bytes(heavy->tree, heavy->inner.at[i]));
    if (heavy->many) visit_all_inner(heavy, visit, ctx);
}

/* ---- lists --------------------------------------------------------------------------------- */

uint32_t gt_branches_kind(const struct gt_branches *finder, uint32_t node)
{
    uint32_t object = gt_dominators_object(finder->tree, node);

    if (object == GT_NO_OBJECT) return GT_NO_KIND;
    return gt_object_kind_number(finder->kinds, gt_rank_of(&finder->kinds->rank, object));
}

/* The same. Along a list, the node above is the next one to be visited. */
static uint32_t kind_of(struct gt_branches *finder, uint32_t node)
{
    if (node == finder->last_node) return finder->last_kind;
    return gt_branches_kind(finder, node);
}

static uint32_t kind_of_above(struct gt_branches *finder, uint32_t above)
{
    finder->last_kind = gt_branches_kind(finder, above);
    finder->last_node = above;
    return finder->last_kind;
}

static bool is_storage(const struct gt_branches *finder, uint32_t kind)
{
    const struct gt_object_kind *object = gt_object_kind_at(finder->kinds, kind);

    return object->form == GT_FORM_TABLES ||
           gt_is_map_storage(gt_analysis_type_name(finder->analysis, object->type));
}

/* One row joins a variable and the one object that it holds, a map and its storage, or the objects
 * of a list. `kind` is that of the node above, `next` the node's own. */
static bool is_one_row(const struct gt_branches *finder, uint32_t above, uint32_t kind,
                       uint32_t next, uint64_t bytes)
{
    if (kind == GT_NO_KIND) return bytes == gt_dominators_inner_bytes(finder->tree, above);
    return kind == next || is_storage(finder, next);
}

/* Of several children that keep nearly all, which only tiny nodes can have, the last one counts. */
static void join(void *ctx, uint32_t node, uint64_t bytes)
{
    struct gt_branches *finder = ctx;
    uint32_t above = gt_dominators_parent(finder->tree, node);

    if (above == 0 || gt_bit(&finder->chosen, above)) return;
    if (bytes < gt_dominators_inner_bytes(finder->tree, above) / 100 * NEARLY_ALL) return;
    gt_bit_set(&finder->chosen, above);
    uint32_t next = kind_of(finder, node), kind = kind_of_above(finder, above);
    if (!is_one_row(finder, above, kind, next, bytes)) return;
    gt_bit_set(&finder->hidden, node);
    gt_bit_set(&finder->joined, above);
    if (kind != GT_NO_KIND && kind == next) gt_bit_set(&finder->listed, node);
}

static void join_rows(struct gt_branches *finder)
{
    gt_bitmap_init(&finder->chosen, finder->tree->inner);
    gt_bitmap_init(&finder->joined, finder->tree->inner);
    gt_bitmap_init(&finder->hidden, finder->tree->count);
    gt_bitmap_init(&finder->listed, finder->tree->count);
    gt_heavy_nodes_visit(finder->heavy, join, finder);
}

/* ---- how many ------------------------------------------------------------------------- */

static int largest_first(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

    return left > right ? -1 : left < right;
}

/* The sizes of the largest branches. */
static void keep_largest(struct gt_branches *finder)
{
    struct gt_u64s *sizes = &finder->sizes;

    if (sizes->len) qsort(sizes->at, sizes->len, sizeof(uint64_t), largest_first);
    if (sizes->len > finder->most) sizes->len = finder->most + 1;
}

/* Sizes beyond the allowed number are dropped now and then. */
static void add_size(void *ctx, uint32_t node, uint64_t bytes)
{
    struct gt_branches *finder = ctx;

    if (gt_bit(&finder->hidden, node)) return;
    gt_u64s_add(&finder->sizes, bytes);
    if (finder->sizes.len / 4 > finder->most + MANY_SIZES) keep_largest(finder);
}

/* Chooses the least bytes such that at most the allowed number of branches retain more. */
static void choose_least(struct gt_branches *finder)
{
    gt_heavy_nodes_visit(finder->heavy, add_size, finder);
    keep_largest(finder);
    if (finder->sizes.len > finder->most) finder->least = finder->sizes.at[finder->most - 1];
    gt_u64s_deinit(&finder->sizes);
}

/* ---- branches ------------------------------------------------------------------------------ */

/* One step from the last node of a row to its first: from `node` to `above`. */
static void take_in(const struct gt_branches *finder, struct gt_branch *branch, uint32_t above,
                    uint32_t node)
{
    if (gt_bit(&finder->listed, node))
        branch->listed++;
    else if (gt_dominators_group(finder->tree, above) != GT_NO_GROUP)
        branch->shown = node;
}

/* Makes the row that ends at the node. */
static void add_branch(void *ctx, uint32_t node, uint64_t bytes)
{
    struct gt_branches *finder = ctx;
    struct gt_branch branch = {.node = node,
                               .first = GT_NO_BRANCH,
                               .next = GT_NO_BRANCH,
                               .last = node,
                               .shown = GT_NO_BRANCH,
                               .listed = 1};

    (void)bytes;
    if (node < finder->tree->inner && gt_bit(&finder->joined, node)) return;
    while (gt_bit(&finder->hidden, branch.node)) {
        uint32_t above = gt_dominators_parent(finder->tree, branch.node);
        take_in(finder, &branch, above, branch.node);
        branch.node = above;
    }
    if (branch.shown == GT_NO_BRANCH) branch.shown = branch.node;
    if (gt_dominators_retained(finder->tree, branch.node) >= finder->least)
        gt_vec_add(&finder->list, &branch);
}

static int by_node(const void *a, const void *b)
{
    const struct gt_branch *left = a, *right = b;
    return left->node < right->node ? -1 : left->node > right->node;
}

static void hang_below(struct gt_branches *finder, uint32_t index)
{
    struct gt_branch *branch = gt_branch_at(finder, index);
    uint32_t above = gt_dominators_parent(finder->tree, branch->node);
    const uint64_t *parent = gt_map_find(&finder->by_last, above);

    if (!parent) return; /* it is below a node inside of a row */
    branch->next = gt_branch_at(finder, (uint32_t)*parent)->first;
    gt_branch_at(finder, (uint32_t)*parent)->first = index;
}

/* The row of the root is the first. */
static void add_branches(struct gt_branches *finder)
{
    struct gt_branch root = {.first = GT_NO_BRANCH, .next = GT_NO_BRANCH, .listed = 1};

    gt_vec_add(&finder->list, &root);
    gt_heavy_nodes_visit(finder->heavy, add_branch, finder);
    qsort(finder->list.data, finder->list.len, sizeof root, by_node);
    for (uint32_t i = 0; i < finder->list.len; i++)
        *gt_map_put(&finder->by_last, gt_branch_at(finder, i)->last, NULL) = i;
    for (uint32_t i = 1; i < finder->list.len; i++)
        hang_below(finder, i);
}

void gt_branches_init(struct gt_branches *finder, const struct gt_heap_analysis *analysis,
                      const struct gt_heavy_nodes *heavy, const struct gt_object_kinds *kinds,
                      size_t most)
{
    *finder = (struct gt_branches){.analysis = analysis,
                                   .tree = heavy->tree,
                                   .kinds = kinds,
                                   .list = GT_VEC_OF(struct gt_branch),
                                   .most = most,
                                   .last_node = GT_NO_NODE,
                                   .heavy = heavy,
                                   .least = heavy->least};
    join_rows(finder);
    choose_least(finder);
    add_branches(finder);
    gt_map_deinit(&finder->by_last);
    gt_bitmap_deinit(&finder->chosen);
    gt_bitmap_deinit(&finder->joined);
    gt_bitmap_deinit(&finder->hidden);
    gt_bitmap_deinit(&finder->listed);
}

void gt_branches_deinit(struct gt_branches *finder)
{
    gt_vec_deinit(&finder->list);
}

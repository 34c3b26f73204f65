/* Compares live objects by address, size and type, and sums up the new ones by the dominators of
 * the newer core. */
#include "inspector/detect/heap_tables/new_objects.h"

#include "inspector/base/alloc.h"
#include "inspector/detect/describe/looks.h"
#include "inspector/detect/heap_tables/object_kinds.h"
#include "inspector/detect/heap_tables/root_rows.h"
#include "inspector/detect/holders/holder_word.h"

#include <stdlib.h>

enum { EQUAL = 1, DIFFERENT };
enum { LOOKED_INTO = 10 }; /* rows */

struct row { /* the node's address and path are found later */
    uint64_t count, bytes, retained, fresh;
    uint64_t most; /* that is new, of one */
    uint32_t node; /* the node of that object */
    uint32_t kind;
    uint32_t place; /* in the order in which rows were met */
};

struct sum { /* of the new objects of a kind below a row */
    uint64_t count, bytes;
};

struct finder {
    const struct gt_heap_analysis *older;
    struct gt_heap_analysis *newer;
    const struct gt_heap *graph; /* of the newer */
    struct gt_new_objects *out;
    struct gt_bitmap is_new; /* by object */
    struct gt_map equal;     /* older type << 32 | newer type -> EQUAL or DIFFERENT */
    const struct gt_root_groups *groups;
    const struct gt_dominators *tree;
    const struct gt_object_kinds *kinds;
    uint64_t *fresh;        /* by inner node: bytes of its subtree that are new */
    struct gt_bitmap below; /* inner nodes that are new, or below one that is */
    struct gt_map places;   /* kind and holder -> place in rows + 1 */
    struct gt_vec rows;     /* struct row */
};

/* ---- which objects are new ----------------------------------------------------------------- */

/* Numbers of types are each analysis's own; names are the binary's. */
static bool of_one_type(struct finder *finder, gt_type_id old_type, gt_type_id new_type)
{
    bool added;
    uint64_t *known = gt_map_put(&finder->equal, (uint64_t)old_type << 32 | new_type, &added);

    if (added)
        *known = strcmp(gt_types_name(finder->older->process->types, old_type),
                        gt_types_name(finder->newer->process->types, new_type)) == 0
                     ? EQUAL
                     : DIFFERENT;
    return *known == EQUAL;
}

static bool was_another_type(struct finder *finder, uint32_t was, uint32_t object)
{
    gt_type_id old_type = gt_typing_type(finder->older->typing, was);
    gt_type_id new_type = gt_typing_type(finder->newer->typing, object);

    return old_type && new_type && !of_one_type(finder, old_type, new_type);
}

/* The live object of the same size at the same address in the older core, or GT_NO_OBJECT. */
static uint32_t object_before(const struct finder *finder, uint32_t object)
{
    const struct gt_heap *before = &finder->older->heap->graph;
    uint64_t addr = gt_heap_address(finder->graph, object);
    uint32_t was = gt_heap_object(before, addr);

    if (was == GT_NO_OBJECT || !gt_bit(&finder->older->live, was) ||
        gt_heap_address(before, was) != addr ||
        gt_heap_size(before, was) != gt_heap_size(finder->graph, object))
        return GT_NO_OBJECT;
    return was;
}

static void judge(struct finder *finder, uint32_t object)
{
    struct gt_new_objects *out = finder->out;
    uint64_t size = gt_heap_size(finder->graph, object);
    uint32_t was = object_before(finder, object);
    bool reused = was != GT_NO_OBJECT && was_another_type(finder, was, object);

    if (was != GT_NO_OBJECT && !reused) {
        out->doubtful_count += out->collections != 0;
        out->doubtful_bytes += out->collections != 0 ? size : 0;
        return;
    }
    gt_bit_set(&finder->is_new, object);
    out->count++;
    out->bytes += size;
    out->reused_count += reused;
    out->reused_bytes += reused ? size : 0;
}

static void judge_all(struct finder *finder)
{
    const struct gt_bitmap *live = &finder->newer->live;

    for (size_t at = gt_bitmap_next(live, 0); at < live->bits; at = gt_bitmap_next(live, at + 1))
        judge(finder, (uint32_t)at);
}

/* ---- what holds them ----------------------------------------------------------------------- */

/* Of a node that is an object its kind, of a group of roots the group. */
static uint64_t look_of_node(const struct finder *finder, uint32_t node)
{
    uint32_t object = gt_dominators_object(finder->tree, node);

    if (object == GT_NO_OBJECT) return (uint64_t)1 << 32 | gt_dominators_group(finder->tree, node);
    return gt_object_kind_number(finder->kinds, gt_rank_of(&finder->kinds->rank, object));
}

static void add_first(struct finder *finder, uint32_t node, uint32_t object, uint64_t fresh)
{
    uint64_t kind = look_of_node(finder, node);
    uint64_t holder = look_of_node(finder, gt_dominators_parent(finder->tree, node));
    bool added;
    uint64_t *place = gt_map_put(&finder->places, gt_look_blend(holder, kind), &added);

    if (added) {
        gt_vec_add(&finder->rows, &(struct row){.kind = (uint32_t)kind,
                                                .node = node,
                                                .place = (uint32_t)finder->rows.len});
        *place = finder->rows.len;
    }
    struct row *row = gt_vec_at(&finder->rows, *place - 1);
    row->count++;
    row->bytes += gt_heap_size(finder->graph, object);
    row->retained += gt_dominators_retained(finder->tree, node);
    row->fresh += fresh;
    if (fresh <= row->most) return;
    row->most = fresh;
    row->node = node;
}

static bool is_new_node(const struct finder *finder, uint32_t node)
{
    uint32_t object = gt_dominators_object(finder->tree, node);

    return object != GT_NO_OBJECT && gt_bit(&finder->is_new, object);
}

/* Parents come first. */
static void find_below(struct finder *finder)
{
    for (uint32_t node = 1; node < finder->tree->inner; node++)
        if (is_new_node(finder, node) ||
            gt_bit(&finder->below, gt_dominators_parent(finder->tree, node)))
            gt_bit_set(&finder->below, node);
}

static void add_leaf(void *ctx, uint32_t node, uint32_t object, const struct gt_region *region)
{
    struct finder *finder = ctx;
    uint32_t parent = gt_dominators_parent(finder->tree, node);

    if (parent == GT_NO_NODE || !gt_bit(&finder->is_new, object)) return;
    finder->fresh[parent] += region->slot_size;
    if (!gt_bit(&finder->below, parent)) add_first(finder, node, object, region->slot_size);
}

static void add_inner(struct finder *finder)
{
    for (uint32_t node = finder->tree->inner; node-- > 1;) {
        uint32_t object = gt_dominators_object(finder->tree, node);
        uint32_t parent = gt_dominators_parent(finder->tree, node);
        bool fresh = is_new_node(finder, node);
        if (fresh) finder->fresh[node] += gt_heap_size(finder->graph, object);
        finder->fresh[parent] += finder->fresh[node];
        if (fresh && !gt_bit(&finder->below, parent))
            add_first(finder, node, object, finder->fresh[node]);
    }
}

/* ---- what they are mostly ------------------------------------------------------------------ */

struct looking { /* into the first rows */
    const struct finder *finder;
    uint8_t *of_place; /* by place of a row: its number + 1; 0: it is not among the first */
    uint8_t *of_node;  /* by inner node: the row that it is below, the same way */
    struct sum *sums;  /* by row and kind */
};

/* The row of a new object that is below no other. */
static uint8_t row_of_first(const struct looking *looking, uint32_t node)
{
    const struct finder *finder = looking->finder;
    uint64_t holder = look_of_node(finder, gt_dominators_parent(finder->tree, node));
    const uint64_t *place =
        gt_map_find(&finder->places, gt_look_blend(holder, look_of_node(finder, node)));

    return place ? looking->of_place[*place - 1] : 0;
}

static uint8_t row_above(const struct looking *looking, uint32_t node)
{
    uint32_t parent = gt_dominators_parent(looking->finder->tree, node);

    return gt_bit(&looking->finder->below, parent) ? looking->of_node[parent]
                                                   : row_of_first(looking, node);
}

static void add_new(const struct looking *looking, uint8_t row, uint32_t object)
{
    const struct finder *finder = looking->finder;
    uint32_t kind = gt_object_kind_number(finder->kinds, gt_rank_of(&finder->kinds->rank, object));

    if (!row) return;
    struct sum *sum = &looking->sums[(row - 1) * finder->kinds->list.len + kind];
    sum->count++;
    sum->bytes += gt_heap_size(finder->graph, object);
}

static void look_at_leaf(void *ctx, uint32_t node, uint32_t object, const struct gt_region *region)
{
    const struct looking *looking = ctx;

    (void)region;
    if (gt_dominators_parent(looking->finder->tree, node) != GT_NO_NODE &&
        gt_bit(&looking->finder->is_new, object))
        add_new(looking, row_above(looking, node), object);
}

/* Parents come first. */
static void look_at_inner(struct looking *looking)
{
    const struct finder *finder = looking->finder;

    for (uint32_t node = 1; node < finder->tree->inner; node++) {
        if (!gt_bit(&finder->below, node)) continue;
        looking->of_node[node] = row_above(looking, node);
        if (is_new_node(finder, node))
            add_new(looking, looking->of_node[node], gt_dominators_object(finder->tree, node));
    }
}

static void name_most(const struct looking *looking, size_t row, struct gt_new_row *out)
{
    const struct finder *finder = looking->finder;
    const struct sum *sums = &looking->sums[row * finder->kinds->list.len];
    size_t most = 0;

    for (size_t kind = 1; kind < finder->kinds->list.len; kind++)
        if (sums[kind].bytes > sums[most].bytes) most = kind;
    if (most == ((const struct row *)gt_vec_at(&finder->rows, row))->kind) return;
    out->mostly =
        gt_heap_analysis_keep(finder->newer, gt_object_kind_at(finder->kinds, most)->name);
    out->mostly_count = sums[most].count;
    out->mostly_bytes = sums[most].bytes;
}

/* The first rows are in their order. */
static void look_into(const struct finder *finder, struct gt_new_row *rows, size_t count)
{
    struct looking looking = {.finder = finder};

    if (count > LOOKED_INTO) count = LOOKED_INTO;
    looking.of_place = gt_calloc(finder->rows.len + 1, sizeof *looking.of_place);
    looking.of_node = gt_calloc(finder->tree->inner, sizeof *looking.of_node);
    looking.sums = gt_calloc(count * finder->kinds->list.len + 1, sizeof *looking.sums);
    for (size_t i = 0; i < count; i++)
        looking.of_place[((const struct row *)gt_vec_at(&finder->rows, i))->place] =
            (uint8_t)(i + 1);
    look_at_inner(&looking);
    gt_dominators_leaves(finder->tree, look_at_leaf, &looking);
    for (size_t i = 0; i < count; i++)
        name_most(&looking, i, &rows[i]);
    gt_free(looking.of_place);
    gt_free(looking.of_node);
    gt_free(looking.sums);
}

/* ---- rows ---------------------------------------------------------------------------------- */

static int by_fresh(const void *a, const void *b)
{
    const struct row *left = a, *right = b;

    if (left->fresh != right->fresh) return left->fresh > right->fresh ? -1 : 1;
    return left->node < right->node ? -1 : 1;
}

static struct gt_path path_of(const struct finder *finder, struct gt_keys *keys, uint32_t node)
{
    struct gt_referrer_word held;

    if (!gt_referrer_word_of(finder->newer, finder->tree, finder->groups, node, &held))
        return (struct gt_path){0};
    return gt_path_to(keys, &held.holder);
}

static struct gt_new_row describe(const struct finder *finder, struct gt_keys *keys,
                                  const struct row *row)
{
    uint32_t object = gt_dominators_object(finder->tree, row->node);
    uint64_t size;

    return (struct gt_new_row){
        .type =
            gt_heap_analysis_keep(finder->newer, gt_object_kind_at(finder->kinds, row->kind)->name),
        .address = gt_goheap_user(finder->newer->heap, object, &size),
        .count = row->count,
        .bytes = row->bytes,
        .retained_bytes = row->retained,
        .new_bytes = row->fresh,
        .path = path_of(finder, keys, row->node)};
}

static void fill_rows(struct finder *finder, const struct gt_diff_options *options)
{
    struct gt_new_objects *out = finder->out;
    struct gt_keys keys;
    size_t shown = finder->rows.len < options->top ? finder->rows.len : options->top;
    struct gt_new_row *rows = gt_arena_alloc(finder->newer->storage, (shown + 1) * sizeof *rows);

    gt_keys_init(&keys, finder->newer);
    if (finder->rows.len) qsort(finder->rows.data, finder->rows.len, sizeof(struct row), by_fresh);
    for (size_t i = 0; i < finder->rows.len; i++) {
        const struct row *row = gt_vec_at(&finder->rows, i);
        if (i < shown && row->fresh >= options->min_bytes) {
            rows[out->row_count++] = describe(finder, &keys, row);
        } else {
            out->left_out++;
            out->left_out_bytes += row->fresh;
        }
    }
    look_into(finder, rows, out->row_count);
    out->rows = rows;
    gt_keys_deinit(&keys);
}

static void finder_deinit(struct finder *finder)
{
    gt_vec_deinit(&finder->rows);
    gt_map_deinit(&finder->places);
    gt_map_deinit(&finder->equal);
    gt_bitmap_deinit(&finder->below);
    gt_bitmap_deinit(&finder->is_new);
    gt_free(finder->fresh);
}

void gt_new_objects_find(const struct gt_heap_analysis *older, struct gt_heap_analysis *newer,
                         const struct gt_diff_options *options, struct gt_new_objects *out)
{
    const struct gt_object_kinds *kinds = gt_object_kinds(newer);
    const struct gt_live_tree *live = gt_live_tree(newer);
    struct finder finder = {.older = older,
                            .kinds = kinds,
                            .newer = newer,
                            .groups = &live->groups,
                            .tree = &live->tree,
                            .graph = &newer->heap->graph,
                            .out = out,
                            .rows = GT_VEC_OF(struct row)};

    gt_bitmap_init(&finder.is_new, finder.graph->objects);
    judge_all(&finder);
    finder.fresh = gt_calloc(finder.tree->inner, sizeof *finder.fresh);
    gt_bitmap_init(&finder.below, finder.tree->inner);
    find_below(&finder);
    gt_dominators_leaves(finder.tree, add_leaf, &finder);
    add_inner(&finder);
    fill_rows(&finder, options);
    finder_deinit(&finder);
}

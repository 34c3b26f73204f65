/* The live heap by the roots: what each row of them alone leads to, and all that it leads to. */
#include "inspector/base/alloc.h"
#include "inspector/detect/heap_tables/reach.h"
#include "inspector/detect/heap_tables/root_rows.h"
#include "inspector/graph/mark.h"

#include <stdlib.h>
#include <string.h>

/* Fraction of the live heap: rows with less of their own are in the order of what they reach. */
enum { SMALL = 100 };

struct sharer {
    const struct gt_heap_analysis *analysis;
    struct gt_reach reach;
    struct gt_bitmap timed;     /* nodes that timers lead to */
    struct gt_u32s timer_heaps; /* objects */
    uint32_t *row_of;           /* by group */
    struct gt_reached *shares;  /* by row: what it alone leads to */
    struct gt_reached *reached; /* by row */
    uint32_t timers, several;   /* the rows after those of groups */
    gt_type_id timer_types[2];  /* types of the elements of timer heaps' arrays; GT_NO_TYPE: none */
};

/* ---- rows ---------------------------------------------------------------------------------- */

static struct gt_heap_row *add_row(struct gt_table_maker *maker, const struct gt_root_label *label)
{
    struct gt_heap_analysis *analysis = maker->analysis;
    struct gt_heap_row *row = gt_table_row(maker, gt_heap_analysis_keep(analysis, label->name));

    row->kind = label->kind;
    row->type = gt_heap_analysis_keep(
        analysis, label->type ? gt_types_name(analysis->process->types, label->type) : NULL);
    row->roots = label->words == GT_UNKNOWN ? GT_UNKNOWN : 0;
    return row;
}

/* Groups differ by place, rows by name. */
static void add_rows(struct gt_table_maker *maker, struct sharer *sharer,
                     const struct gt_root_groups *groups)
{
    struct gt_strmap rows = {0};
    uint32_t count = gt_root_groups_count(groups);
    bool added;

    sharer->row_of = gt_calloc((size_t)count + 1, sizeof *sharer->row_of);
    for (uint32_t group = 0; group < count; group++) {
        struct gt_root_label label = gt_root_label_of(maker->analysis, groups, group);
        char *key = gt_arena_format(maker->analysis->storage, "%d %s", (int)label.kind, label.name);
        uint64_t *place = gt_strmap_put(&rows, key, &added);
        if (added) {
            *place = maker->rows.len;
            add_row(maker, &label);
        }
        struct gt_heap_row *row = gt_vec_at(&maker->rows, *place);
        row->roots += label.words;
        sharer->row_of[group] = (uint32_t)*place;
    }
    sharer->timers = (uint32_t)maker->rows.len;
    sharer->several = sharer->timers + 1;
    add_row(maker, &gt_timer_label);
    add_row(maker, &gt_several_label);
    gt_strmap_deinit(&rows);
}

/* ---- what each has alone ------------------------------------------------------------------- */

/* The timers of a P (runtime/time.go): []timerWhen, and up to Go 1.22 []*timer. */
static bool is_timer_heap(const struct sharer *sharer, uint32_t object)
{
    gt_type_id type = gt_typing_type(sharer->analysis->typing, object);

    return type && (type == sharer->timer_types[0] || type == sharer->timer_types[1]);
}

/* The node above comes first. */
static void find_timed_node(struct sharer *sharer, uint32_t node, uint32_t object)
{
    bool is_heap = object != GT_NO_OBJECT && is_timer_heap(sharer, object);

    if (is_heap) gt_u32s_add(&sharer->timer_heaps, object);
    if (is_heap || gt_bit(&sharer->timed, gt_dominators_parent(sharer->reach.tree, node)))
        gt_bit_set(&sharer->timed, node);
}

static void find_timed_leaf(void *ctx, uint32_t node, uint32_t object,
                            const struct gt_region *region)
{
    (void)region;
    find_timed_node(ctx, node, object);
}

static void find_timed(struct sharer *sharer)
{
    const struct gt_dominators *tree = sharer->reach.tree;

    gt_bitmap_init(&sharer->timed, tree->count);
    for (uint32_t node = 1; node < tree->inner; node++)
        find_timed_node(sharer, node, gt_dominators_object(tree, node));
    gt_dominators_leaves(tree, find_timed_leaf, sharer);
}

static uint32_t row_of_node(const struct sharer *sharer, uint32_t node)
{
    if (gt_bit(&sharer->timed, node)) return sharer->timers;
    uint32_t row = sharer->reach.row[gt_reach_top(&sharer->reach, node)];
    return row == GT_SEVERAL_ROWS ? sharer->several : row;
}

static void add_object(void *ctx, uint32_t node, uint32_t object, const struct gt_region *region)
{
    struct sharer *sharer = ctx;
    struct gt_reached *share = &sharer->shares[row_of_node(sharer, node)];

    (void)object;
    share->objects++;
    share->bytes += region->slot_size;
}

/* Live objects that no root was found to lead to are added to those of several roots. */
static void complete(struct sharer *sharer)
{
    struct gt_reached *several = &sharer->shares[sharer->several];

    several->objects = sharer->analysis->live_objects;
    several->bytes = sharer->analysis->live_bytes;
    for (uint32_t row = 0; row < sharer->several; row++) {
        several->objects -= sharer->shares[row].objects;
        several->bytes -= sharer->shares[row].bytes;
    }
}

static void share_out(struct sharer *sharer)
{
    sharer->shares = gt_calloc((size_t)sharer->several + 1, sizeof *sharer->shares);
    find_timed(sharer);
    gt_dominators_inner(sharer->reach.tree, add_object, sharer);
    gt_dominators_leaves(sharer->reach.tree, add_object, sharer);
    complete(sharer);
}

/* ---- what each reaches --------------------------------------------------------------------- */

static void seed_timers(const struct sharer *sharer, struct gt_marker *marker)
{
    for (size_t i = 0; i < sharer->timer_heaps.len; i++)
        gt_mark_seed(marker, gt_heap_address(sharer->reach.tree->heap, sharer->timer_heaps.at[i]));
}

/* Timers are in no group of roots, so they have a mark of their own. */
static void add_timers(struct sharer *sharer)
{
    const struct gt_heap *heap = sharer->reach.tree->heap;
    struct gt_reached *sum = &sharer->reached[sharer->timers];
    struct gt_bitmap marked;

    if (!sharer->shares[sharer->timers].objects) return;
    gt_bitmap_init(&marked, heap->objects);
    struct gt_marker *marker = gt_marker_create(heap, NULL, &marked);
    seed_timers(sharer, marker);
    gt_mark_drain(marker);
    gt_marker_destroy(marker);
    for (size_t at = gt_bitmap_next(&marked, 0); at < marked.bits;
         at = gt_bitmap_next(&marked, at + 1)) {
        sum->objects++;
        sum->bytes += gt_heap_size(heap, (uint32_t)at);
    }
    gt_bitmap_deinit(&marked);
}

/* ---- the table ----------------------------------------------------------------------------- */

static int64_t known(uint64_t number)
{
    return number == UINT64_MAX ? GT_UNKNOWN : (int64_t)number;
}

static void fill_rows(struct gt_table_maker *maker, const struct sharer *sharer)
{
    for (uint32_t i = 0; i <= sharer->several; i++) {
        struct gt_heap_row *row = gt_vec_at(&maker->rows, i);
        row->objects = (int64_t)sharer->shares[i].objects;
        row->bytes = (int64_t)sharer->shares[i].bytes;
        if (!sharer->reached || i == sharer->several) continue;
        row->reached_objects = known(sharer->reached[i].objects);
        row->reached_bytes = known(sharer->reached[i].bytes);
    }
}

/* Leaves out what reaches nothing. Those of several roots always have a row. */
static void drop_empty(struct gt_table_maker *maker)
{
    size_t kept = 0;

    for (size_t i = 0; i < maker->rows.len; i++) {
        const struct gt_heap_row *row = gt_vec_at(&maker->rows, i);
        bool empty = row->objects == 0 && row->reached_objects <= 0;
        if (!empty || row->kind == GT_ROW_SEVERAL)
            memmove(gt_vec_at(&maker->rows, kept++), row, sizeof *row);
    }
    maker->rows.len = kept;
}

void gt_table_by_root(struct gt_table_maker *maker)
{
    struct gt_types *types = maker->analysis->process->types;
    const struct gt_live_tree *live = gt_live_tree(maker->analysis);
    struct sharer sharer = {.analysis = maker->analysis,
                            .timer_types = {gt_types_named(types, "runtime.timerWhen"),
                                            gt_types_named(types, "*runtime.timer")}};

    add_rows(maker, &sharer, &live->groups);
    if (!maker->options->no_retained)
        sharer.reached = gt_calloc((size_t)sharer.several + 1, sizeof *sharer.reached);
    gt_reach_init(&sharer.reach, live, sharer.row_of, sharer.timers, sharer.reached);
    share_out(&sharer);
    if (sharer.reached) add_timers(&sharer);
    fill_rows(maker, &sharer);
    drop_empty(maker);
    maker->small = maker->analysis->live_bytes / SMALL;
    gt_reach_deinit(&sharer.reach);
    gt_bitmap_deinit(&sharer.timed);
    gt_u32s_deinit(&sharer.timer_heaps);
    gt_free(sharer.row_of);
    gt_free(sharer.shares);
    gt_free(sharer.reached);
}

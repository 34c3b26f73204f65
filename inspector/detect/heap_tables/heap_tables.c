/* The list of tables, and what is common to the rows of all of them. */
#include "inspector/detect/heap_tables/heap_tables.h"

#include "inspector/base/alloc.h"

#include <stdlib.h>
#include <string.h>

enum { USUAL_TOP = 30 };

static gt_table_fn *const tables[] = {
    [GT_HEAP_BY_TYPE] = gt_table_by_type, [GT_HEAP_BY_PACKAGE] = gt_table_by_package,
    [GT_HEAP_BY_ROOT] = gt_table_by_root, [GT_HEAP_BY_DOMINATOR] = gt_table_by_dominator,
    [GT_HEAP_BY_SITE] = gt_table_by_site, [GT_HEAP_BY_CONTAINER] = gt_table_by_container,
};
_Static_assert(sizeof tables / sizeof *tables == GT_HEAP_BYS, "each table has a row");

static struct gt_heap_row empty_row(const char *name)
{
    return (struct gt_heap_row){.name = name,
                                .depth = GT_UNKNOWN,
                                .roots = GT_UNKNOWN,
                                .retained_bytes = GT_UNKNOWN,
                                .retained_objects = GT_UNKNOWN,
                                .alloc_objects = GT_UNKNOWN,
                                .alloc_bytes = GT_UNKNOWN,
                                .sampled_objects = GT_UNKNOWN,
                                .sampled_bytes = GT_UNKNOWN,
                                .entries = GT_UNKNOWN,
                                .room = GT_UNKNOWN,
                                .tombstones = GT_UNKNOWN,
                                .spare_bytes = GT_UNKNOWN,
                                .alike = GT_UNKNOWN,
                                .reached_bytes = GT_UNKNOWN,
                                .reached_objects = GT_UNKNOWN,
                                .largest_bytes = GT_UNKNOWN};
}

struct gt_heap_row *gt_table_row(struct gt_table_maker *maker, const char *name)
{
    const struct gt_heap_row row = empty_row(name);

    return gt_vec_add(&maker->rows, &row);
}

/* ---- sorting and cutting ------------------------------------------------------------------- */

static int by_bytes(const void *a, const void *b)
{
    const struct gt_heap_row *left = a, *right = b;

    if (left->bytes != right->bytes) return left->bytes > right->bytes ? -1 : 1;
    if (left->objects != right->objects) return left->objects > right->objects ? -1 : 1;
    return strcmp(left->name, right->name);
}

size_t gt_table_top(const struct gt_table_maker *maker)
{
    return maker->options->top ? maker->options->top : USUAL_TOP;
}

/* What a row is worth a line for. */
static int64_t bytes_of(const struct gt_heap_row *row)
{
    return row->reached_bytes > row->bytes ? row->reached_bytes : row->bytes;
}

static int by_reach(const void *a, const void *b)
{
    int64_t left = bytes_of(a), right = bytes_of(b);

    if (left != right) return left > right ? -1 : 1;
    return by_bytes(a, b);
}

/* A row of a tree is one object, except for lists and those that are alike. */
static void keep_tree(struct gt_table_maker *maker)
{
    struct gt_heap_table *table = maker->table;

    table->row_count = maker->rows.len;
    table->rest.bytes = (int64_t)maker->analysis->live_bytes;
    table->rest.objects = (int64_t)maker->analysis->live_objects;
    for (size_t i = 0; i < maker->rows.len; i++) {
        const struct gt_heap_row *row = gt_vec_at(&maker->rows, i);
        table->rest.bytes -= row->bytes;
        table->rest.objects -= row->objects;
    }
    table->rest_rows = (uint64_t)table->rest.objects;
}

/* By bytes, and those after the first row that has few by what they reach. */
static void sort(struct gt_table_maker *maker)
{
    struct gt_vec *rows = &maker->rows;
    size_t large = 0;

    if (rows->len) qsort(rows->data, rows->len, sizeof(struct gt_heap_row), by_bytes);
    while (large < rows->len &&
           (uint64_t)((struct gt_heap_row *)gt_vec_at(rows, large))->bytes >= maker->small)
        large++;
    if (large < rows->len)
        qsort(gt_vec_at(rows, large), rows->len - large, sizeof(struct gt_heap_row), by_reach);
}

/* Rows that are left out are summed up. */
static void sort_and_cut(struct gt_table_maker *maker)
{
    struct gt_heap_table *table = maker->table;

    sort(maker);
    for (size_t i = 0; i < maker->rows.len; i++) {
        const struct gt_heap_row *row = gt_vec_at(&maker->rows, i);
        if (table->row_count < gt_table_top(maker) &&
            (uint64_t)bytes_of(row) >= maker->options->min_bytes) {
            memmove(gt_vec_at(&maker->rows, table->row_count++), row, sizeof *row);
            continue;
        }
        table->rest_rows++;
        gt_table_add(&table->rest.objects, row->objects);
        gt_table_add(&table->rest.bytes, row->bytes);
    }
}

static void *keep(struct gt_table_maker *maker, const struct gt_vec *list, size_t count)
{
    size_t size = count * list->elem_size;
    void *kept = gt_arena_alloc(maker->analysis->storage, size);

    return size ? memcpy(kept, list->data, size) : kept;
}

void gt_heap_table_fill(struct gt_heap_analysis *analysis, const struct gt_heap_options *options,
                        struct gt_heap_table *table)
{
    struct gt_table_maker maker = {.analysis = analysis,
                                   .options = options,
                                   .table = table,
                                   .rows = GT_VEC_OF(struct gt_heap_row),
                                   .notes = GT_VEC_OF(const char *)};

    table->by = options->by;
    table->profile_rate = GT_UNKNOWN;
    table->rest = empty_row(NULL);
    tables[options->by](&maker);
    if (maker.tree)
        keep_tree(&maker);
    else
        sort_and_cut(&maker);
    table->rows = keep(&maker, &maker.rows, table->row_count);
    table->notes = keep(&maker, &maker.notes, maker.notes.len);
    table->note_count = maker.notes.len;
    gt_vec_deinit(&maker.rows);
    gt_vec_deinit(&maker.notes);
}

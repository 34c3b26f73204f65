/* Makes rows of kinds of objects, with what each row retains. */
#include "inspector/detect/heap_tables/kind_rows.h"

#include "inspector/base/alloc.h"
#include "inspector/graph/kind_retention.h"

/* The roots, in the form of the walk. */
static struct gt_vec kind_roots(const struct gt_heap_analysis *analysis)
{
    struct gt_vec roots = GT_VEC_OF(struct gt_kind_root);

    gt_vec_reserve(&roots, analysis->roots->list.len);
    for (size_t i = 0; i < analysis->roots->list.len; i++) {
        const struct gt_root *root = gt_root_at(analysis->roots, i);
        gt_vec_add(&roots, &(struct gt_kind_root){root->value, root->kind == GT_ROOT_CONTENTS});
    }
    return roots;
}

struct gt_owned *gt_retained_by_kind(const struct gt_heap_analysis *analysis,
                                     const struct gt_rank *rank, const uint32_t *kind,
                                     uint32_t kinds)
{
    struct gt_kinds_of_objects objects = {&analysis->heap->graph, rank, kind, kinds};
    struct gt_owned *retained = gt_calloc((size_t)kinds + 1, sizeof *retained);
    struct gt_vec roots = kind_roots(analysis);

    gt_kind_retention(&objects, roots.data, roots.len, retained);
    gt_vec_deinit(&roots);
    return retained;
}

/* Adds rows. Returns the row of each kind; the caller frees it. Kinds are sorted by bytes, so rows
 * with many bytes have small numbers. */
static uint32_t *add_rows(struct gt_table_maker *maker, const struct gt_object_kinds *kinds,
                          gt_kind_name_fn *name_of)
{
    uint32_t *row_of = gt_alloc((kinds->list.len + 1) * sizeof *row_of);
    struct gt_strmap known = {0};

    for (size_t i = 0; i < kinds->list.len; i++) {
        const struct gt_object_kind *kind = gt_object_kind_at(kinds, i);
        const char *name = name_of(maker->analysis, kind);
        bool added;
        uint64_t *place = gt_strmap_put(&known, name, &added);
        if (added) {
            *place = maker->rows.len;
            gt_table_row(maker, name);
        }
        struct gt_heap_row *row = gt_vec_at(&maker->rows, *place);
        row->objects += (int64_t)kind->objects;
        row->bytes += (int64_t)kind->bytes;
        row_of[i] = (uint32_t)*place;
    }
    gt_strmap_deinit(&known);
    return row_of;
}

/* By rank: the row of each object. The caller frees it. */
static uint32_t *rows_of_objects(const struct gt_object_kinds *kinds, const uint32_t *row_of)
{
    uint32_t count = gt_rank_count(&kinds->rank), *rows = gt_alloc((count + 1) * sizeof *rows);

    for (uint32_t i = 0; i < count; i++)
        rows[i] = row_of[gt_object_kind_number(kinds, i)];
    return rows;
}

static void add_retained(struct gt_table_maker *maker, const struct gt_object_kinds *kinds,
                         const uint32_t *row_of)
{
    uint32_t *rows = rows_of_objects(kinds, row_of);
    struct gt_owned *retained =
        gt_retained_by_kind(maker->analysis, &kinds->rank, rows, (uint32_t)maker->rows.len);

    for (size_t i = 0; i < maker->rows.len; i++) {
        struct gt_heap_row *row = gt_vec_at(&maker->rows, i);
        row->retained_bytes = (int64_t)retained[i].bytes;
        row->retained_objects = (int64_t)retained[i].objects;
    }
    gt_free(retained);
    gt_free(rows);
}

void gt_kind_rows(struct gt_table_maker *maker, gt_kind_name_fn *name_of)
{
    const struct gt_object_kinds *kinds = gt_object_kinds(maker->analysis);
    uint32_t *row_of = add_rows(maker, kinds, name_of);

    if (!maker->options->no_retained) add_retained(maker, kinds, row_of);
    gt_free(row_of);
}

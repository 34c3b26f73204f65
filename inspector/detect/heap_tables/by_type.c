/* The live heap by type. */
#include "inspector/base/alloc.h"
#include "inspector/detect/heap_tables/heap_tables.h"
#include "inspector/detect/heap_tables/object_kinds.h"
#include "inspector/graph/kind_retention.h"

/* The roots, as the walk takes them. */
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

static struct gt_owned *find_retained(const struct gt_object_kinds *kinds)
{
    struct gt_kinds_of_objects objects = {&kinds->analysis->heap->graph, &kinds->rank, kinds->kind,
                                          (uint32_t)kinds->list.len};
    struct gt_owned *retained = gt_calloc(kinds->list.len + 1, sizeof *retained);
    struct gt_vec roots = kind_roots(kinds->analysis);

    gt_kind_retention(&objects, roots.data, roots.len, retained);
    gt_vec_deinit(&roots);
    return retained;
}

void gt_table_by_type(struct gt_table_maker *maker)
{
    struct gt_object_kinds kinds;

    gt_object_kinds_init(&kinds, maker->analysis);
    struct gt_owned *retained = find_retained(&kinds);
    for (size_t i = 0; i < kinds.list.len; i++) {
        const struct gt_object_kind *kind = gt_object_kind_at(&kinds, i);
        struct gt_heap_row *row =
            gt_table_row(maker, gt_heap_analysis_keep(maker->analysis, kind->name));
        row->objects = (int64_t)kind->objects;
        row->bytes = (int64_t)kind->bytes;
        row->retained_bytes = (int64_t)retained[i].bytes;
        row->retained_objects = (int64_t)retained[i].objects;
    }
    gt_free(retained);
    gt_object_kinds_deinit(&kinds);
}

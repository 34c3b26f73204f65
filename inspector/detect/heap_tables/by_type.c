/* The live heap by type. */
#include "inspector/detect/heap_tables/kind_rows.h"

static const char *type_of(struct gt_heap_analysis *analysis, const struct gt_object_kind *kind)
{
    return gt_heap_analysis_keep(analysis, kind->name);
}

void gt_table_by_type(struct gt_table_maker *maker)
{
    gt_kind_rows(maker, type_of);
}

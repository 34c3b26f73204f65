/*
 * Rows of tables that sum up kinds of objects. Each kind has the name of a row. Kinds with one name
 * are one row, with what all of their objects retain together.
 */
#ifndef GT_DETECT_HEAP_TABLES_KIND_ROWS_H
#define GT_DETECT_HEAP_TABLES_KIND_ROWS_H

#include "inspector/detect/heap_tables/heap_tables.h"
#include "inspector/detect/heap_tables/object_kinds.h"
#include "inspector/graph/exclusive.h"

/* The name belongs to the analysis's storage, or is static. */
typedef const char *gt_kind_name_fn(struct gt_heap_analysis *analysis,
                                    const struct gt_object_kind *kind);

/* What goes with all objects of each kind, where `objects` says their kinds: of so many kinds,
 * which the caller frees. */
struct gt_owned *gt_retained_by_kind(const struct gt_heap_analysis *analysis,
                                     const struct gt_rank *rank, const uint32_t *kind,
                                     uint32_t kinds);

void gt_kind_rows(struct gt_table_maker *maker, gt_kind_name_fn *name_of);

#endif

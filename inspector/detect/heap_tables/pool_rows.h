/*
 * Rows of sync.Pools, with what would be garbage if the values in them were not there. The pool's
 * own rings and tables are not counted. A value that two pools have belongs to the pool that is
 * visited first.
 */
#ifndef GT_DETECT_HEAP_TABLES_POOL_ROWS_H
#define GT_DETECT_HEAP_TABLES_POOL_ROWS_H

#include "inspector/base/numbers.h"
#include "inspector/detect/heap_tables/heap_tables.h"

struct gt_pool_rows {
    struct gt_u64s places;  /* rows of the table, by number */
    struct gt_map number;   /* place in the table -> number + 1 */
    struct gt_map values;   /* object -> number */
    struct gt_u32s objects; /* the keys of `values` */
};

void gt_pool_rows_init(struct gt_pool_rows *pools);
void gt_pool_rows_deinit(struct gt_pool_rows *pools);

/* A value of the row at that place of the table; GT_NO_OBJECT: it is not on the heap. */
void gt_pool_rows_add(struct gt_pool_rows *pools, size_t place, uint32_t object);

/* Gives the rows their bytes, once all values are there. */
void gt_pool_rows_weigh(const struct gt_pool_rows *pools, struct gt_table_maker *maker);

#endif

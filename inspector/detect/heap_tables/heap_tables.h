/*
 * Tables of what fills the live heap: one file for each, and a row in heap_tables.c.
 *
 * A table adds its rows in any order. heap_tables.c sorts them, limits their number, and sums those
 * that are left out. Texts belong to the analysis's storage, which the document owns.
 */
#ifndef GT_DETECT_HEAP_TABLES_H
#define GT_DETECT_HEAP_TABLES_H

#include "inspector/detect/heap_analysis.h"

struct gt_table_maker {
    struct gt_heap_analysis *analysis;
    const struct gt_heap_options *options;
    struct gt_heap_table *table;
    struct gt_vec rows;  /* struct gt_heap_row */
    struct gt_vec notes; /* const char *, static or of the storage */
    uint64_t small;      /* rows with fewer bytes are sorted by what they reach */
    bool tree;           /* rows are in their final order, and no more than may be shown */
};

typedef void gt_table_fn(struct gt_table_maker *maker);
gt_table_fn gt_table_by_type, gt_table_by_package, gt_table_by_root, gt_table_by_dominator,
    gt_table_by_site, gt_table_by_container;

/* A new row. Sums begin at 0, all other numbers are unknown. */
struct gt_heap_row *gt_table_row(struct gt_table_maker *maker, const char *name);

/* Adds a number from the core: unknown stays unknown, and a sum that overflows is the largest
 * number. */
static inline void gt_table_add(int64_t *sum, int64_t more)
{
    if (*sum == GT_UNKNOWN || more == GT_UNKNOWN)
        *sum = GT_UNKNOWN;
    else if (__builtin_add_overflow(*sum, more, sum))
        *sum = INT64_MAX;
}

/* The number of rows that may be shown. */
size_t gt_table_top(const struct gt_table_maker *maker);

/* Fills the table by options->by. */
void gt_heap_table_fill(struct gt_heap_analysis *analysis, const struct gt_heap_options *options,
                        struct gt_heap_table *table);

#endif

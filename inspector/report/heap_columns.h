/*
 * The columns of heap tables: one row each, shared by all formats.
 *
 * A column is a member of struct gt_heap_row, under one key in JSON and CSV and one heading in
 * text. A set of bits says which tables have it. Columns are in the order in which they are
 * written; in text, numbers come first.
 */
#ifndef GT_REPORT_HEAP_COLUMNS_H
#define GT_REPORT_HEAP_COLUMNS_H

#include "gotopsy.h"

enum gt_column_unit {
    GT_COLUMN_COUNT,   /* int64_t; GT_UNKNOWN is unknown */
    GT_COLUMN_BYTES,   /* the same; in text with its percentage of the live heap */
    GT_COLUMN_SIZE,    /* int64_t, bytes without a percentage */
    GT_COLUMN_STACK,   /* struct gt_stack; in text below the row */
    GT_COLUMN_ADDRESS, /* uint64_t; 0: none */
    GT_COLUMN_WORD,    /* enum gt_row_kind */
    GT_COLUMN_TEXT,    /* const char *; NULL: none */
};

struct gt_heap_column {
    const char *key;     /* NULL ends the list */
    const char *heading; /* NULL: not in text */
    enum gt_column_unit unit;
    unsigned tables; /* 1 << enum gt_heap_by */
    size_t offset;   /* in struct gt_heap_row */
};

extern const struct gt_heap_column gt_heap_columns[];

static inline bool gt_heap_has(const struct gt_heap_table *table,
                               const struct gt_heap_column *column)
{
    return column->tables >> table->by & 1;
}

static inline int64_t gt_heap_number(const struct gt_heap_row *row,
                                     const struct gt_heap_column *column)
{
    return *(const int64_t *)((const char *)row + column->offset);
}

static inline uint64_t gt_heap_address_in(const struct gt_heap_row *row,
                                          const struct gt_heap_column *column)
{
    return *(const uint64_t *)((const char *)row + column->offset);
}

static inline const struct gt_stack *gt_heap_stack(const struct gt_heap_row *row,
                                                   const struct gt_heap_column *column)
{
    return (const struct gt_stack *)((const char *)row + column->offset);
}

static inline bool gt_is_text(const struct gt_heap_column *column)
{
    return column->unit == GT_COLUMN_WORD || column->unit == GT_COLUMN_TEXT;
}

static inline const char *gt_heap_text(const struct gt_heap_row *row,
                                       const struct gt_heap_column *column)
{
    const void *member = (const char *)row + column->offset;

    if (column->unit == GT_COLUMN_WORD) return gt_row_kind_name(*(const enum gt_row_kind *)member);
    return *(const char *const *)member;
}

/* "type", "types": the noun for a row. */
const char *gt_heap_row_noun(enum gt_heap_by by, uint64_t count);

#endif

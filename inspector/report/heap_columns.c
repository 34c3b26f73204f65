/* The rows of tables and of their columns. */
#include "inspector/report/heap_columns.h"

#include <stddef.h>

static const struct {
    const char *name, *one, *many;
} tables[] = {
    [GT_HEAP_BY_TYPE] = {"type", "type", "types"},
};
_Static_assert(sizeof tables / sizeof *tables == GT_HEAP_BYS, "each table has a row");

enum { OF_TYPES = 1 << GT_HEAP_BY_TYPE };

const struct gt_heap_column gt_heap_columns[] = {
    {"objects", "objects", GT_COLUMN_COUNT, OF_TYPES, offsetof(struct gt_heap_row, objects)},
    {"bytes", "bytes", GT_COLUMN_BYTES, OF_TYPES, offsetof(struct gt_heap_row, bytes)},
    {"retained_objects", NULL, GT_COLUMN_COUNT, OF_TYPES,
     offsetof(struct gt_heap_row, retained_objects)},
    {"retained_bytes", "retained", GT_COLUMN_BYTES, OF_TYPES,
     offsetof(struct gt_heap_row, retained_bytes)},
    {"name", "type", GT_COLUMN_TEXT, OF_TYPES, offsetof(struct gt_heap_row, name)},
    {0},
};

const char *gt_heap_by_name(enum gt_heap_by by)
{
    return (unsigned)by < GT_HEAP_BYS ? tables[by].name : NULL;
}

const char *gt_heap_row_noun(enum gt_heap_by by, uint64_t count)
{
    return count == 1 ? tables[by].one : tables[by].many;
}

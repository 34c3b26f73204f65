/* The rows of tables and of their columns. */
#include "inspector/report/heap_columns.h"

#include <stddef.h>

static const struct {
    const char *name, *one, *many;
} tables[] = {
    [GT_HEAP_BY_TYPE] = {"type", "type", "types"},
    [GT_HEAP_BY_PACKAGE] = {"package", "package", "packages"},
    [GT_HEAP_BY_ROOT] = {"root", "root", "roots"},
    [GT_HEAP_BY_DOMINATOR] = {"dominator", "object", "objects"},
    [GT_HEAP_BY_SITE] = {"site", "site", "sites"},
    [GT_HEAP_BY_CONTAINER] = {"container", "holder", "holders"},
};
_Static_assert(sizeof tables / sizeof *tables == GT_HEAP_BYS, "each table has a row");

enum {
    TYPES = 1 << GT_HEAP_BY_TYPE | 1 << GT_HEAP_BY_PACKAGE,
    ROOTS = 1 << GT_HEAP_BY_ROOT,
    TREE = 1 << GT_HEAP_BY_DOMINATOR,
    SITES = 1 << GT_HEAP_BY_SITE,
    CONTAINERS = 1 << GT_HEAP_BY_CONTAINER,
};

#define MEMBER(name) offsetof(struct gt_heap_row, name)

const struct gt_heap_column gt_heap_columns[] = {
    {"depth", NULL, GT_COLUMN_COUNT, TREE, MEMBER(depth)},
    {"roots", "roots", GT_COLUMN_COUNT, ROOTS, MEMBER(roots)},
    {"objects", "objects", GT_COLUMN_COUNT, TYPES | SITES, MEMBER(objects)},
    {"objects", NULL, GT_COLUMN_COUNT, ROOTS, MEMBER(objects)},
    {"objects", "count", GT_COLUMN_COUNT, CONTAINERS, MEMBER(objects)},
    {"entries", "entries", GT_COLUMN_COUNT, CONTAINERS, MEMBER(entries)},
    {"room", "room", GT_COLUMN_COUNT, CONTAINERS, MEMBER(room)},
    {"tombstones", NULL, GT_COLUMN_COUNT, CONTAINERS, MEMBER(tombstones)},
    {"bytes", "bytes", GT_COLUMN_BYTES, TYPES | SITES | CONTAINERS, MEMBER(bytes)},
    {"bytes", "alone", GT_COLUMN_BYTES, ROOTS, MEMBER(bytes)},
    {"reached_objects", NULL, GT_COLUMN_COUNT, ROOTS, MEMBER(reached_objects)},
    {"reached_bytes", "reached", GT_COLUMN_BYTES, ROOTS, MEMBER(reached_bytes)},
    {"spare_bytes", "spare", GT_COLUMN_SIZE, CONTAINERS, MEMBER(spare_bytes)},
    {"retained_objects", NULL, GT_COLUMN_COUNT, TYPES, MEMBER(retained_objects)},
    {"retained_bytes", "retained", GT_COLUMN_BYTES, TYPES, MEMBER(retained_bytes)},
    {"retained_objects", "objects", GT_COLUMN_COUNT, TREE, MEMBER(retained_objects)},
    {"retained_bytes", "retained", GT_COLUMN_BYTES, TREE, MEMBER(retained_bytes)},
    {"objects", NULL, GT_COLUMN_COUNT, TREE, MEMBER(objects)},
    {"bytes", NULL, GT_COLUMN_BYTES, TREE, MEMBER(bytes)},
    {"address", NULL, GT_COLUMN_ADDRESS, TREE, MEMBER(address)},
    {"kind", "kind", GT_COLUMN_WORD, ROOTS | CONTAINERS, MEMBER(kind)},
    {"kind", NULL, GT_COLUMN_WORD, TREE, MEMBER(kind)},
    {"alloc_objects", NULL, GT_COLUMN_COUNT, SITES, MEMBER(alloc_objects)},
    {"alloc_bytes", "allocated", GT_COLUMN_SIZE, SITES, MEMBER(alloc_bytes)},
    {"sampled_objects", "samples", GT_COLUMN_COUNT, SITES, MEMBER(sampled_objects)},
    {"sampled_bytes", NULL, GT_COLUMN_SIZE, SITES, MEMBER(sampled_bytes)},
    {"name", "name", GT_COLUMN_TEXT, TYPES | ROOTS | TREE | SITES | CONTAINERS, MEMBER(name)},
    {"stack", "stack", GT_COLUMN_STACK, SITES, MEMBER(stack)},
    {"count", NULL, GT_COLUMN_COUNT, TREE, MEMBER(alike)},
    {"largest_retained_bytes", NULL, GT_COLUMN_SIZE, TREE, MEMBER(largest_bytes)},
    {"type", "type", GT_COLUMN_TEXT, ROOTS | TREE | CONTAINERS, MEMBER(type)},
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

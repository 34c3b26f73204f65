/*
 * What accumulation points retain: the number of objects, and the type that has most of the bytes.
 *
 * One pass over the dominator tree serves all points. All objects without pointers count as one
 * type. Objects with pointers and an unknown type, maps and their storage count for no type.
 */
#ifndef GT_DETECT_HOLDERS_CENSUS_H
#define GT_DETECT_HOLDERS_CENSUS_H

#include "inspector/detect/holders/accumulation.h"

enum { GT_CENSUS_POINTS = 254 };

struct gt_census_row {
    uint64_t objects;
    gt_type_id type;                   /* GT_NO_TYPE: objects without pointers */
    uint64_t type_objects, type_bytes; /* 0: there is no such type */
    uint32_t node;                     /* the largest of those objects */
};

/* A row for each point, in order. There are at most GT_CENSUS_POINTS points. */
void gt_census(const struct gt_heap_analysis *analysis, const struct gt_dominators *tree,
               const struct gt_vec *points, struct gt_census_row *rows);

#endif

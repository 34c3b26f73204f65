/*
 * What accumulation points retain: the number of objects, and the type that has most of the bytes.
 *
 * One pass over the dominator tree serves all points. A point that was joined with another counts
 * as a part of that one. All objects without pointers count as one type. Objects with pointers and
 * an unknown type, maps and their storage count for no type.
 */
#ifndef GT_DETECT_HOLDERS_CENSUS_H
#define GT_DETECT_HOLDERS_CENSUS_H

#include "inspector/detect/holders/accumulation.h"

enum { GT_CENSUS_POINTS = 254 };

/* A point that is shown as a part of another one. */
struct gt_joined_point {
    struct gt_accumulation part;
    uint32_t into; /* the other one's node */
};

struct gt_census_row {
    uint64_t objects;
    gt_type_id type;                   /* GT_NO_TYPE: objects without pointers */
    uint64_t type_objects, type_bytes; /* 0: there is no such type */
    uint32_t node;                     /* the largest of those objects */
};

/* A row for each point (struct gt_accumulation), in order. There are at most GT_CENSUS_POINTS
 * points. `joined` has struct gt_joined_point. */
void gt_census(const struct gt_heap_analysis *analysis, const struct gt_dominators *tree,
               const struct gt_vec *points, const struct gt_vec *joined,
               struct gt_census_row *rows);

#endif

/*
 * The fields of a struct as Go finds them: its own, else those of the structs that it embeds, the
 * nearest first.
 *
 * An embedded field has the name of its type. The search is breadth first, and ends at the bounds
 * below, whatever the target's types claim.
 */
#ifndef GT_DETECT_FIND_PROMOTED_H
#define GT_DETECT_FIND_PROMOTED_H

#include "gotypes/types/types.h"

enum { GT_MOST_EMBEDDED = 8 };

struct gt_field_way { /* the path from a struct to a field, through embedded fields */
    struct gt_type_field fields[GT_MOST_EMBEDDED];
    size_t count; /* 0: there is no such field */
};

struct gt_field_way gt_field_way(struct gt_types *types, gt_type_id type, const char *name);

#endif

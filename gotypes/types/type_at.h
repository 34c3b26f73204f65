/*
 * What a type has at an offset: the innermost part that is no struct and no array.
 *
 * Nothing recurses: the number of steps is bounded by the depth to which types nest.
 */
#ifndef GOTYPES_TYPES_TYPE_AT_H
#define GOTYPES_TYPES_TYPE_AT_H

#include "gotypes/types/types.h"

/* The type of that part, and where it begins; GT_NO_TYPE between fields, or where a part is not
 * known. */
gt_type_id gt_type_at_offset(struct gt_types *types, gt_type_id type, uint64_t offset,
                             uint64_t *begin);

/* The outermost part that begins at the offset; for 0 it is the type itself. GT_NO_TYPE when no
 * part begins there. */
gt_type_id gt_type_beginning_at(struct gt_types *types, gt_type_id type, uint64_t offset);

#endif

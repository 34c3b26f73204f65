/*
 * The list of values inside other objects, which belongs to the analysis's storage.
 */
#ifndef GT_DETECT_FIND_INSIDE_LIST_H
#define GT_DETECT_FIND_INSIDE_LIST_H

#include "inspector/detect/find/inside.h"
#include "inspector/graph/dominators/dominators.h"

/* Counts the values, and lists at most `top` whose blocks retain at least `min_bytes`. */
const struct gt_found_value *gt_inside_list(struct gt_inside *inside,
                                            const struct gt_dominators *tree, size_t top,
                                            uint64_t min_bytes, struct gt_found_inside *out);

#endif

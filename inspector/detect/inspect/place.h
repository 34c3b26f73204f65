/*
 * What an address of the process is: one row for each sort of memory.
 *
 * Rows are tried in order, and the first that knows the address decides, so the more specific ones
 * come first. Nothing is assumed of the address: it may be any number.
 */
#ifndef GT_DETECT_INSPECT_PLACE_H
#define GT_DETECT_INSPECT_PLACE_H

#include "inspector/detect/heap_analysis.h"

struct gt_place {
    struct gt_object *answer;
    gt_type_id type; /* of the variable or object that contains the address, or of its elements */
    uint64_t offset; /* of the address in the variable or object; GT_NO_TYPE: 0 */
};

/* Fills in what is known of the address without its referrers: all of `out` from `what` to `place`.
 * `out` has the address. */
struct gt_place gt_place_find(const struct gt_heap_analysis *analysis, struct gt_object *out);

/* What is at the address if the object around it is of the type: type, field and type_at. */
void gt_place_fill_type(const struct gt_heap_analysis *analysis, uint32_t object, gt_type_id type,
                        struct gt_place *place);

/* As gt_place_find, for addresses outside of the heap's spans and of goroutines' stacks. */
void gt_place_outside(const struct gt_heap_analysis *analysis, struct gt_place *place);

#endif

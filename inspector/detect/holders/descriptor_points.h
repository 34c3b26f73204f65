/*
 * Holders that are goroutine descriptors (runtime.g), their records of waits (runtime.sudog), or
 * the runtime's list of them: one holder.
 *
 * A descriptor is kept when its goroutine ends, for another one. So a program that once had many
 * goroutines has many, and which of the runtime's variables leads there means nothing to a person.
 */
#ifndef GT_DETECT_HOLDERS_DESCRIPTOR_POINTS_H
#define GT_DETECT_HOLDERS_DESCRIPTOR_POINTS_H

#include "inspector/detect/holders/accumulation.h"

/* Joins them in `points` (struct gt_accumulation, the heaviest first). */
void gt_descriptor_points_join(const struct gt_heap_analysis *analysis,
                               const struct gt_dominators *tree, struct gt_vec *points);

bool gt_is_descriptor_point(const struct gt_heap_analysis *analysis,
                            const struct gt_dominators *tree, const struct gt_accumulation *point);

#endif

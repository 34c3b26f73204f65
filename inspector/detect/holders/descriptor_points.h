/*
 * Holders that are goroutine descriptors (runtime.g), their records of waits (runtime.sudog), or
 * the runtime's list of them: one holder. The labels that descriptors lead to (runtime/pprof) are
 * another.
 *
 * A descriptor is kept when its goroutine ends, for another one. So a program that once had many
 * goroutines has many, and which of the runtime's variables leads there means nothing to a person.
 */
#ifndef GT_DETECT_HOLDERS_DESCRIPTOR_POINTS_H
#define GT_DETECT_HOLDERS_DESCRIPTOR_POINTS_H

#include "inspector/detect/holders/census.h"

enum gt_descriptor_part {
    GT_NO_DESCRIPTOR,
    GT_DESCRIPTORS,
    GT_DESCRIPTOR_LABELS,
    GT_DESCRIPTOR_PARTS
};

/* Which of them a node belongs to. */
enum gt_descriptor_part gt_descriptor_part_of(const struct gt_heap_analysis *analysis,
                                              const struct gt_dominators *tree, uint32_t node);

/* Joins those of each part in `points` (struct gt_accumulation, the heaviest first). Descriptors
 * and records in `small`, which retain too little for a point of their own, go to other
 * descriptors. Adds to `joined` (struct gt_joined_point) what is no point of its own then. */
void gt_descriptor_points_join(const struct gt_heap_analysis *analysis,
                               const struct gt_dominators *tree, const struct gt_vec *small,
                               struct gt_vec *points, struct gt_vec *joined);

#endif

/*
 * All names of a kind that the program has: what a person may ask for.
 */
#ifndef GT_DETECT_INSPECT_NAMES_H
#define GT_DETECT_INSPECT_NAMES_H

#include "inspector/detect/heap_analysis.h"

void gt_names_fill(const struct gt_heap_analysis *analysis, enum gt_names_of what,
                   struct gt_names *out);

#endif

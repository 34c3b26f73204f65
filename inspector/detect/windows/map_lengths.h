/*
 * Notes a contradiction of the core for each live map whose length is not the number of its
 * entries.
 */
#ifndef GT_DETECT_MAP_LENGTHS_H
#define GT_DETECT_MAP_LENGTHS_H

#include "inspector/detect/heap_analysis.h"

void gt_check_map_lengths(const struct gt_heap_analysis *analysis);

#endif

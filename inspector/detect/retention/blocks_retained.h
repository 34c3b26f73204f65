/*
 * What groups of blocks keep alive beside themselves: what would go without their pointers, among
 * the objects that no finding frees. One mark serves all groups.
 */
#ifndef GT_DETECT_BLOCKS_RETAINED_H
#define GT_DETECT_BLOCKS_RETAINED_H

#include "inspector/base/numbers.h"
#include "inspector/detect/heap_analysis.h"

/* `groups` are lists of blocks; no block is in two. bytes[i] gets what groups[i] keeps.
 * The causes must have been weighed. */
void gt_blocks_retained(const struct gt_heap_analysis *analysis, const struct gt_u32s *groups,
                        uint32_t count, uint64_t *bytes);

#endif

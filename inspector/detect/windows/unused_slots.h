/*
 * Unused slots: the part of an array of pointers, or of structs with pointers, that no slice uses.
 *
 * Queues and stacks have such slots while they work: before the first element (q = q[1:]), and
 * behind the last one. Their owner cleared them, so nothing is left to do about them, and they are
 * no subslice's. In a slot that was not cleared, there is more than zeros.
 */
#ifndef GT_DETECT_UNUSED_SLOTS_H
#define GT_DETECT_UNUSED_SLOTS_H

#include "inspector/detect/windows/windows.h"

/* Is what the block's windows do not use room of a queue or stack? All of it is zeros then. Bytes
 * behind every capacity are no such room. */
bool gt_slots_are_unused(const struct gt_heap_analysis *analysis, const struct gt_windows *windows,
                         const struct gt_window_block *block);

#endif

/*
 * Unused slots: the part of an array of pointers, or of structs with pointers, that no slice uses.
 *
 * Queues and stacks have such slots while they work: before the first element (q = q[1:]), and
 * behind the last one. The array is theirs, and so these bytes are no subslice's. What the slots
 * still hold is lost elements (dead_slots.h).
 */
#ifndef GT_DETECT_UNUSED_SLOTS_H
#define GT_DETECT_UNUSED_SLOTS_H

#include "inspector/detect/windows/dead_slots.h"

struct gt_unused_slots {
    const struct gt_heap_analysis *analysis;
    struct gt_map lost; /* block -> index of its dead slots' array, or of its spare slots', + 1 */
};

void gt_unused_slots_init(struct gt_unused_slots *unused, const struct gt_heap_analysis *analysis);
void gt_unused_slots_deinit(struct gt_unused_slots *unused);

/* Is what the block's windows do not use room of a queue or stack? Either no slot holds a pointer
 * any more, or what they hold is more than the array's own unused bytes. Bytes behind
 * every capacity are no such room. */
bool gt_slots_are_unused(const struct gt_unused_slots *unused, const struct gt_windows *windows,
                         const struct gt_window_block *block);

#endif

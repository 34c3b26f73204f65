/*
 * The pointer masks of the types that the allocator recorded, read at first use.
 *
 * A table belongs to one thread.
 */
#ifndef GT_RUNTIME_TYPE_MASKS_H
#define GT_RUNTIME_TYPE_MASKS_H

#include "inspector/base/hash.h"
#include "inspector/graph/heap.h"
#include "inspector/runtime/process/process.h"

struct gt_type_masks {
    struct gt_process *process;
    struct gt_map numbers; /* rtype -> index into list */
    struct gt_vec list;    /* type_masks.c, in the order of first use */
    bool complete;         /* nothing is added any more */
};

void gt_type_masks_init(struct gt_type_masks *masks, struct gt_process *process);
void gt_type_masks_deinit(struct gt_type_masks *masks);

/* Is the type in the table? */
static inline bool gt_type_masks_know(const struct gt_type_masks *masks, uint64_t rtype)
{
    return gt_map_find(&masks->numbers, rtype);
}

/* The mask of elements of the type; its skip is 0. A type that cannot be read has no pointers, and
 * is a line in the process's losses once. */
struct gt_tile gt_type_masks_find(struct gt_type_masks *masks, uint64_t rtype);

#endif

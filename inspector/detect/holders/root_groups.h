/*
 * The live heap's dominators, with the roots in groups that have one name: all words of one global,
 * one variable of one function in any goroutine, and each other kind of root by itself.
 *
 * Grouping needs no names: a frame's variable is identified by its offset in the frame and the
 * address of the call. Words of one object of the stack are one variable.
 */
#ifndef GT_DETECT_HOLDERS_ROOT_GROUPS_H
#define GT_DETECT_HOLDERS_ROOT_GROUPS_H

#include "inspector/base/numbers.h"
#include "inspector/detect/heap_analysis.h"
#include "inspector/graph/dominators/dominators.h"

struct gt_root_groups {
    struct gt_vec roots;   /* struct gt_dominator_root, by group */
    struct gt_u32s number; /* the number of each of these roots */
    struct gt_u64s first;  /* by group and one more entry: where its roots begin */
};

void gt_root_groups_init(struct gt_root_groups *groups, const struct gt_heap_analysis *analysis);
void gt_root_groups_deinit(struct gt_root_groups *groups);

static inline uint32_t gt_root_groups_count(const struct gt_root_groups *groups)
{
    return (uint32_t)groups->first.len - 1;
}

/* A group's roots are [first(group), first(group + 1)) of the list. */
static inline size_t gt_root_groups_first(const struct gt_root_groups *groups, uint32_t group)
{
    return groups->first.at[group];
}

#endif

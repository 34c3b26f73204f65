/*
 * The dominator tree of a live heap, with the roots in groups: built once for each heap analysis,
 * for all documents about it.
 *
 * The groups are those of the analysis's current types. If other types group the roots alike, as
 * they nearly always do, both share the tree. The analysis owns it. It is valid until the next call
 * with other types.
 *
 * The tree needs only the graph and the groups. So it can be built in a task (base/task.h) while
 * the detectors run.
 */
#ifndef GT_DETECT_HOLDERS_LIVE_TREE_H
#define GT_DETECT_HOLDERS_LIVE_TREE_H

#include "inspector/base/task.h"
#include "inspector/detect/holders/root_groups.h"

struct gt_live_tree {
    const struct gt_goheap *heap;
    const struct gt_bitmap *set;    /* the live objects */
    const struct gt_typing *typing; /* by which the roots were last grouped */
    struct gt_root_groups groups;
    struct gt_dominators tree; /* not to be read while it is built */
    struct gt_task *building;  /* NULL: the tree is built */
};

/* Begins to build the tree, if there is none. gt_live_tree() waits for it. */
void gt_live_tree_begin(struct gt_heap_analysis *analysis);

/* Its sums are bytes. The caller may replace them by objects (gt_dominators_count_objects()). */
struct gt_live_tree *gt_live_tree(struct gt_heap_analysis *analysis);
void gt_live_tree_destroy(struct gt_live_tree *live); /* NULL is allowed */

#endif

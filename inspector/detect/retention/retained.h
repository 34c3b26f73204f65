/*
 * What goroutines keep alive, and by which of their variables.
 *
 * What a group keeps is the counterfactual of its goroutines: what would not be live without their
 * stacks and without the pointers out of their gs. The gs themselves stay, since the runtime's list
 * keeps them. So does what others keep too. All groups are found in one walk (graph/exclusive.h).
 *
 * A group's objects count once each, for the first variable that leads to them: the program's own
 * frames come before the runtime's, inner frames before outer ones, and what the runtime keeps for
 * the goroutine comes last. The same variable of the group's goroutines is one keeper. Its path is
 * that of the goroutine for which it keeps most, and leads on to where the weight lies.
 */
#ifndef GT_DETECT_RETAINED_H
#define GT_DETECT_RETAINED_H

#include "inspector/detect/describe/path.h"
#include "inspector/detect/retention/baseline.h"
#include "inspector/graph/retained_tree.h"

struct gt_retained {         /* a group */
    const uint32_t *members; /* goroutines, by their indices in the list */
    size_t count;
    uint64_t bytes, objects; /* what they keep */
    const struct gt_kept *kept;
    size_t kept_count;
};

/* Fills the groups: bytes, objects and kept, which belongs to the analysis's storage. No goroutine
 * may be in two of them. If the analysis has no types, the types of what the groups keep are
 * found. */
void gt_retained_find(struct gt_heap_analysis *analysis, struct gt_retained *groups, size_t count);

struct gt_main_kept { /* for gt_main_kept_of() */
    struct gt_heap_analysis *analysis;
    struct gt_keys keys;
    struct gt_retained_tree tree;
    struct gt_map internal; /* pc -> whether its function is the runtime's, + 1 */
};

/* The owners must have been spread. */
void gt_main_kept_init(struct gt_main_kept *keepers, struct gt_heap_analysis *analysis,
                       const struct gt_exclusive *owners);
void gt_main_kept_deinit(struct gt_main_kept *keepers);

/* The largest keepers of an owner that has these edges of goroutines. */
const struct gt_kept *gt_main_kept_of(struct gt_main_kept *keepers, uint32_t owner,
                                      const struct gt_edges *edges, size_t *count);

#endif

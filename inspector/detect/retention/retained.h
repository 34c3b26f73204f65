/*
 * What goroutines keep alive, and by which of their variables.
 *
 * What a group keeps is the counterfactual of its goroutines: what would not be live without their
 * stacks and without the pointers out of their g's. The g's themselves stay, as the runtime's list
 * of them keeps those; so does what others keep too. All groups are found in one walk
 * (graph/owners.h).
 *
 * By which variable: a group's objects count once each, for the first variable that leads to them:
 * the program's own frames before the runtime's, inner frames before outer ones, what the runtime
 * keeps for the goroutine last. The same variable of the group's goroutines is one holder; its path
 * is of the goroutine for which it keeps most, and leads on to where the weight lies.
 */
#ifndef GT_DETECT_RETAINED_H
#define GT_DETECT_RETAINED_H

#include "inspector/detect/describe/path.h"
#include "inspector/detect/retention/contest.h"
#include "inspector/graph/shares.h"

struct gt_retained {         /* a group */
    const uint32_t *members; /* goroutines, by their places in the list */
    size_t count;
    uint64_t bytes, objects; /* what they keep */
    const struct gt_kept *kept;
    size_t kept_count;
};

/* Fills the groups: bytes, objects and kept, which belongs to the study's storage. No goroutine may
 * be in two of them. A study without types gets those of what the groups keep. */
void gt_retained_find(struct gt_study *study, struct gt_retained *groups, size_t count);

struct gt_keepers { /* for the question below */
    struct gt_study *study;
    struct gt_keys keys;
    struct gt_shares shares;
    struct gt_map internal; /* pc -> whether it is the runtime's + 1 */
};

/* The owners must have been spread. */
void gt_keepers_init(struct gt_keepers *keepers, struct gt_study *study,
                     const struct gt_owners *owners);
void gt_keepers_deinit(struct gt_keepers *keepers);

/* The few largest of what an owner, who has these edges of goroutines, keeps. */
const struct gt_kept *gt_keepers_of(struct gt_keepers *keepers, uint32_t owner,
                                    const struct gt_edges *edges, size_t *count);

#endif

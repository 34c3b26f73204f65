/*
 * Which of an owner's objects (owners.h) hang off which of its edges: shares.
 *
 * An owner's objects are walked breadth first from one value after another; a share is what a value
 * leads to that no earlier one did. So every object counts once, for whoever comes first.
 *
 * The way to the weight of a share goes down from its first object, each time to the one that most
 * lies behind, while that is at least half of the share: it ends where the share divides, or at its
 * largest object.
 *
 * The owners are borrowed and must have been spread; shares are good until the next start.
 */
#ifndef GT_GRAPH_SHARES_H
#define GT_GRAPH_SHARES_H

#include "inspector/graph/owners.h"

struct gt_shares {
    const struct gt_owners *owners;
    uint32_t owner;
    struct gt_bitmap taken; /* by place in the residue */
    struct gt_vec objects;  /* uint32_t: of all shares of this owner, in the order they were met */
    struct gt_vec parents;  /* uint32_t: by which of `objects` */
};

struct gt_share {
    size_t first, count; /* of shares->objects */
    uint64_t bytes;
};

void gt_shares_init(struct gt_shares *shares, const struct gt_owners *owners);
void gt_shares_deinit(struct gt_shares *shares);

/* Begins with another owner. */
void gt_shares_start(struct gt_shares *shares, uint32_t owner);
/* What the value leads to; nothing when it is none of the owner's or taken. */
struct gt_share gt_share_take(struct gt_shares *shares, uint64_t value);

/* The way to the weight of the share last taken, its first object first, at most `max` long. */
size_t gt_share_way(const struct gt_shares *shares, const struct gt_share *share, uint32_t *out,
                    size_t max);

#endif

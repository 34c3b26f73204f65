/*
 * What the base of some owners (owners.h) gains by one of them alone: what it owns, and the shared
 * objects that it leads to without an edge of another's.
 *
 * Many owners lead to the same shared objects, the one channel that they all wait on: what lies
 * behind these is walked once for each different set of them.
 *
 * The owners are borrowed and must have been spread.
 */
#ifndef GT_GRAPH_REACH_H
#define GT_GRAPH_REACH_H

#include "inspector/graph/owners.h"

struct gt_reaches {
    const struct gt_owners *owners;
    uint32_t *stamps; /* by place in the residue: the last walk that was there */
    uint32_t stamp;
    struct gt_vec list;      /* uint32_t: objects to walk on from */
    struct gt_vec gates;     /* uint32_t: shared objects that one owner leads to */
    struct gt_vec gate_list; /* uint32_t: those of all that is known */
    struct gt_vec known;     /* struct known */
    struct gt_map by_gates;  /* hash of gates -> the last known with it + 1 */
};

void gt_reaches_init(struct gt_reaches *reaches, const struct gt_owners *owners);
void gt_reaches_deinit(struct gt_reaches *reaches);

struct gt_owned gt_reach_of(struct gt_reaches *reaches, uint32_t owner);

#endif

/*
 * What the baseline gains by one owner alone (exclusive.h): the objects that it owns, and the
 * shared ones that it leads to without an edge of another owner.
 *
 * Many owners lead to the same shared objects, such as one channel that they all wait on. What
 * those lead to is walked once for each different set of them.
 *
 * The exclusive retention is borrowed and must have been spread.
 */
#ifndef GT_GRAPH_GAINED_H
#define GT_GRAPH_GAINED_H

#include "inspector/base/numbers.h"
#include "inspector/graph/exclusive.h"

struct gt_gained {
    const struct gt_exclusive *owners;
    uint32_t *stamps; /* by place in the residue: the last walk that reached it */
    uint32_t stamp;
    struct gt_u32s list;      /* objects to walk on from */
    struct gt_u32s gates;     /* shared objects that one owner leads to */
    struct gt_u32s gate_list; /* the gates of all in `known` */
    struct gt_vec known;      /* struct known */
    struct gt_map by_gates;   /* hash of gates -> the last one in `known` with it, + 1 */
};

void gt_gained_init(struct gt_gained *reaches, const struct gt_exclusive *owners);
void gt_gained_deinit(struct gt_gained *reaches);

struct gt_owned gt_gained_by(struct gt_gained *reaches, uint32_t owner);

#endif

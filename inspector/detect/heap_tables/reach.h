/*
 * What rows of roots reach, and what only one of them reaches.
 *
 * Theory. Below the root of all, the dominator tree has the groups of roots, and objects that no
 * group alone leads to: the tops. What is below a top is reached by whoever reaches the top. An
 * edge that leaves the part below a top leads to another top: where else it led, both ends would be
 * below one dominator. So the graph of the tops alone, which is small, says what reaches what, and
 * is exact.
 *
 * Method: the components of this graph, in the order of their edges. One pass finds the tops of one
 * row alone, and one more for each 64 rows sums up what they reach. As many passes are made as a
 * bound on the work allows, for the rows with the largest parts of their own first.
 *
 * It owns its tables and borrows the tree and the groups. It takes 4 bytes for each inner node, and
 * 24 for each top and 12 for each edge between tops.
 */
#ifndef GT_DETECT_HEAP_TABLES_REACH_H
#define GT_DETECT_HEAP_TABLES_REACH_H

#include "inspector/base/numbers.h"
#include "inspector/detect/holders/live_tree.h"
#include "inspector/graph/rank.h"

#define GT_SEVERAL_ROWS UINT32_MAX

struct gt_reached {
    uint64_t objects, bytes;
};

struct gt_reach {
    const struct gt_dominators *tree;
    const struct gt_root_groups *groups;
    struct gt_bitmap is_top;   /* by node: an object that no group alone leads to */
    struct gt_rank rank;       /* of these */
    uint32_t *top;             /* by inner node: the number of the top that it is below */
    uint32_t tops;             /* groups have the first numbers */
    struct gt_reached *amount; /* by top: all that is below it */
    uint32_t *row;             /* by top: the one row that reaches it, or GT_SEVERAL_ROWS */
};

/* `row_of` has the row of each group, below `rows`. `reached` has room for the rows; NULL: they are
 * not summed up. What is not known has UINT64_MAX. */
void gt_reach_init(struct gt_reach *reach, const struct gt_live_tree *live, const uint32_t *row_of,
                   uint32_t rows, struct gt_reached *reached);
void gt_reach_deinit(struct gt_reach *reach);

/* The top of any node but the root of all. */
uint32_t gt_reach_top(const struct gt_reach *reach, uint32_t node);

#endif

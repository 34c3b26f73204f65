/*
 * The holder of each object of a list: the word of its dominator that points to it, else the word
 * by which the search from the roots first reached it.
 *
 * One pass over the live heap serves all of them, however many words point to one object.
 */
#ifndef GT_DETECT_FIND_HELD_H
#define GT_DETECT_FIND_HELD_H

#include "inspector/detect/describe/path.h"
#include "inspector/graph/dominators/dominators.h"

struct gt_held {
    uint32_t object;
    bool known;
    struct gt_referrer by; /* valid if known */
};

/* Fills in `known` and `by` of each. No object may be in the list twice. */
void gt_held_fill(struct gt_heap_analysis *analysis, const struct gt_dominators *tree,
                  struct gt_held *list, size_t count);

#endif

/*
 * Whether the part of a stack that is left out is recursion of the frames around it.
 *
 * A stack that overflowed has millions of frames of a few functions. Frames are compared only by
 * their pcs. A part with more than GT_MAX_RECURRING different pcs is no recursion.
 */
#ifndef GT_DETECT_RECURRING_H
#define GT_DETECT_RECURRING_H

#include "inspector/runtime/goroutines/goroutines.h"

enum { GT_MAX_RECURRING = 16 };

struct gt_recurring {
    uint64_t pcs[GT_MAX_RECURRING];
    uint32_t times[GT_MAX_RECURRING];
    size_t count;
    uint32_t period;     /* each frame equals the one this many frames before; 0: no period */
    bool same_functions; /* all are of the functions of the frames around them */
};

/* For frames [first, first + count); false when they are no recursion. */
bool gt_find_recurring(const struct gt_process *process, const struct gt_goroutines *goroutines,
                       const struct gt_goroutine *g, uint32_t first, uint32_t count,
                       struct gt_recurring *out);

#endif

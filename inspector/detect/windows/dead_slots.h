/*
 * Dead slots and spare slots of backing arrays. A dead slot is a pointer slot that no live window's
 * cap covers, so nothing can read it again. A spare slot lies between a len and a cap; only
 * re-slicing reaches it.
 *
 * Invariant: what only a dead slot keeps alive makes no windows. This pass therefore runs before
 * the detectors. After it, the analysis's referrers are what a mark without dead slots reaches, and
 * its windows are collected again. Where the windows of an array were inferred, what only its dead
 * slots keep alive is doubtful.
 *
 * A word in a spare slot makes no window either, and leaves a doubt about the block that it points
 * to. What hangs off it has its windows.
 *
 * The analysis owns the results. An array has its own copy of its main window.
 */
#ifndef GT_DETECT_DEAD_SLOTS_H
#define GT_DETECT_DEAD_SLOTS_H

#include "inspector/detect/windows/windows.h"

struct gt_dead_slot {
    uint64_t element;
    uint64_t addr, value;
};

struct gt_dead_array { /* a block with slots outside its windows */
    struct gt_window_block block;
    struct gt_window_ref main; /* the window whose referrer names the block */
    bool spare;                /* the slots are between a len and a cap */
    size_t first, count;       /* indices of its slots */
    uint64_t elements;         /* distinct elements among them */
};

struct gt_dead_slots {
    struct gt_vec slots;  /* struct gt_dead_slot */
    struct gt_vec arrays; /* struct gt_dead_array */
};

/* Finds the dead and spare slots of the analysis, once, and narrows its referrers. */
void gt_dead_slots_find(struct gt_heap_analysis *analysis);

/* Does a word of an object, or of none (GT_NO_OBJECT), make no window? Then `doubt` says whether it
 * leaves a doubt. Quick for objects that have no such words. */
bool gt_dead_word(const struct gt_heap_analysis *analysis, uint32_t object, uint64_t addr,
                  bool *doubt);

void gt_dead_slots_destroy(struct gt_dead_slots *dead_slots); /* NULL is allowed */

#endif

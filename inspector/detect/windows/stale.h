/*
 * Words that may be stale and point into the blocks of a finding. They lower the finding's
 * confidence and are its doubt. A finding is a suspect if at least half of its blocks have such a
 * word that debug information assigns to a variable, since the function may be about to use it. It
 * is also a suspect if only a word of unknown type in a frame leads into a block, since a loop over
 * the array has such a word.
 */
#ifndef GT_DETECT_STALE_H
#define GT_DETECT_STALE_H

#include "inspector/detect/windows/windows.h"

struct gt_stale {
    size_t blocks, stale; /* the blocks of a finding; those that such a word points into */
    size_t named;         /* those whose word is a variable's */
    size_t passing;       /* those at which a loop may be */
    uint32_t root;        /* the first such word; valid if `stale` is not 0 */
};

/* The first root that may be stale and points into the block; GT_NO_ROOT if there is none. */
uint32_t gt_stale_root(const struct gt_windows *windows, uint32_t block);

void gt_stale_add(struct gt_stale *stale, const struct gt_heap_analysis *analysis,
                  const struct gt_window_block *block);

/* `sure` is the finding's confidence without these words. */
enum gt_confidence gt_stale_confidence(const struct gt_stale *stale, enum gt_confidence sure);

/* A sentence that names the word; NULL when there is none. */
const char *gt_stale_doubt(const struct gt_heap_analysis *analysis, const struct gt_stale *stale);

#endif

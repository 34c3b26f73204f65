/*
 * The main referrer of a block: of all referrers with windows into it, the one whose windows are in
 * the most bytes of blocks. So blocks with the same referrers have the same main one.
 *
 * Of a block with very many windows, only the first few count.
 */
#ifndef GT_DETECT_MAIN_REFERRERS_H
#define GT_DETECT_MAIN_REFERRERS_H

#include "inspector/detect/windows/windows.h"

/* Sets `main` of all blocks. */
void gt_main_referrers_choose(struct gt_heap_analysis *analysis, struct gt_windows *windows);

/* The names of other referrers of a block, at most two: "main.user.name and main.event.who". NULL
 * when there are none. */
const char *gt_main_referrers_others(struct gt_keys *keys, const struct gt_windows *windows,
                                     const struct gt_window_block *block);

#endif

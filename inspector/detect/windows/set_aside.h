/*
 * Spare capacity that is set aside: it is kept to be used again, and so is no finding.
 *
 * The detector of substrings and subslices says which blocks; what findings free is left out.
 */
#ifndef GT_DETECT_SET_ASIDE_H
#define GT_DETECT_SET_ASIDE_H

#include "inspector/detect/windows/windows.h"

struct gt_aside {
    uint32_t number; /* of the windows' blocks */
    const char *reason;
};

/* Why a block's spare capacity, whose largest window is the view, is none to tell of: "kept for
 * reuse by bytes.Buffer". NULL when nothing speaks for it. */
const char *gt_set_aside_reason(const struct gt_heap_analysis *analysis,
                                const struct gt_window_ref *window);

/* The same by the way to it: through a sync.Pool. */
const char *gt_set_aside_by_path(const struct gt_path *path);

/* Sets a block aside; `number` is its place in the windows' blocks. */
void gt_set_aside_add(struct gt_heap_analysis *analysis, uint32_t number, const char *reason);

/* Fills in the report's rows and sum. The causes have been weighed. */
void gt_set_aside_describe(struct gt_heap_analysis *analysis, struct gt_report *report);

#endif

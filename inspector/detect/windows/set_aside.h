/*
 * Spare capacity that is set aside: its owner keeps it for reuse by design, so it is no finding.
 *
 * The detector of substrings and subslices names the blocks. Blocks that a finding frees are left
 * out.
 */
#ifndef GT_DETECT_SET_ASIDE_H
#define GT_DETECT_SET_ASIDE_H

#include "inspector/detect/windows/windows.h"

struct gt_aside {
    uint32_t number; /* index in the windows' blocks */
    enum gt_aside_reason reason;
    const char *owner; /* the type that reuses it, or the runtime's variable; NULL unless the
                        * reason is GT_ASIDE_REUSED */
};

/* Whether a block's spare capacity is set aside because of the owner of its largest window. Fills
 * in reason and owner. */
bool gt_set_aside_by_owner(const struct gt_heap_analysis *analysis,
                           const struct gt_window_ref *window, struct gt_aside *out);

/* Is the window the IP of a net.Addr, and the block what a system call returned? Go's library keeps
 * both together, so no program can free the rest. */
bool gt_is_address_of_socket(const struct gt_heap_analysis *analysis,
                             const struct gt_window_ref *window, uint64_t size);

/* As gt_set_aside_by_owner(), by the path to the block: through a sync.Pool. */
bool gt_set_aside_by_path(const struct gt_path *path, struct gt_aside *out);

/* Sets a block aside; `number` is its index in the windows' blocks. */
void gt_set_aside_add(struct gt_heap_analysis *analysis, uint32_t number, struct gt_aside aside);

/* Fills in the report's rows and sum. The causes must have been weighed. */
void gt_set_aside_describe(struct gt_heap_analysis *analysis, struct gt_report *report);

#endif

/*
 * The main holder of a block that several have windows of: the one that has windows of the most
 * bytes of blocks, so that blocks with the same holders are told by the same one.
 *
 * Of a block with very many windows the first few are looked at.
 */
#ifndef GT_DETECT_MAIN_HOLDERS_H
#define GT_DETECT_MAIN_HOLDERS_H

#include "inspector/detect/windows/windows.h"

/* Sets `main` of all blocks. */
void gt_main_holders_choose(struct gt_study *study, struct gt_windows *windows);

/* What other holders of a block are called, at most two: "main.user.name and main.event.who". NULL
 * when there are none. */
const char *gt_main_holders_others(struct gt_keys *keys, const struct gt_windows *windows,
                                   const struct gt_windowed *block);

#endif

/*
 * The program's name for a channel. A channel has no name of its own, so it is the name of a word
 * that points to it.
 *
 * A package variable comes first, then a field of what the goroutine's own stack leads to in a few
 * steps, then a variable of one of its frames. The name is only for people: others may hold the
 * channel too, under other names.
 */
#ifndef GT_DETECT_CHANNEL_NAMES_H
#define GT_DETECT_CHANNEL_NAMES_H

#include "inspector/detect/heap_analysis.h"

/* "global main.quit", "main.cache.done", "variable jobs"; "context.cancelCtx.done" for any context.
 * In the analysis's storage; NULL when it has none. */
const char *gt_channel_name(const struct gt_heap_analysis *analysis, uint32_t goroutine,
                            uint64_t channel);

#endif

/*
 * The site at which a goroutine waits. Goroutines of one site are one finding, although they may
 * have come there by different calls.
 */
#ifndef GT_DETECT_SITES_H
#define GT_DETECT_SITES_H

#include "inspector/detect/heap_analysis.h"

/* "main.fetch:82 4a7c10": where the goroutine waits in the program's own code, and where it was
 * started. A coroutine was started by the function that called iter.Pull. The text belongs to the
 * analysis's storage. */
const char *gt_site_of(const struct gt_heap_analysis *analysis, uint32_t goroutine);

#endif

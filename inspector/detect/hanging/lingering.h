/*
 * Goroutines that linger: others reach what each of them waits for, and have not ended it since
 * they began to wait, one after the other, over much of the process's life.
 *
 * They are many at one site, each waits for something of its own, and those started later began
 * to wait later: none went back to wait after having been woken. An idle pool shares its queue, and
 * what is busy has not waited for long. It is never more than a suspicion.
 */
#ifndef GT_DETECT_LINGERING_H
#define GT_DETECT_LINGERING_H

#include "inspector/detect/describe/group.h"
#include "inspector/detect/retention/baseline.h"

enum { GT_MANY_LINGERING = 100 };

/* Do they linger, and keep --min-bytes of heap? `latest` is the latest time in the core. */
bool gt_lingers(const struct gt_heap_analysis *analysis, const struct gt_member *members,
                size_t count, uint64_t latest);

#endif

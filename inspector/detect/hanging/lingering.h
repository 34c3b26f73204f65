/*
 * Goroutines that linger: others reach what each of them waits for, and none of these waits has
 * ended, though they began one after the other over much of the process's life.
 *
 * They are many at one site. Each waits for an object of its own, or all queue up to send or to
 * lock. Those that were started later began to wait later, so none was woken and waited again. An
 * idle pool is different: it shares its queue, and receives. A busy goroutine is different too: it
 * has not waited for long. Lingering is never more than a suspect.
 */
#ifndef GT_DETECT_LINGERING_H
#define GT_DETECT_LINGERING_H

#include "inspector/detect/describe/group.h"
#include "inspector/detect/retention/baseline.h"

enum { GT_MANY_LINGERING = 100 };

/* Do they linger, and keep at least --min-bytes of heap? `latest` is the latest time in the
 * core. */
bool gt_lingers(const struct gt_heap_analysis *analysis, const struct gt_member *members,
                size_t count, uint64_t latest);

/* Have all of them just begun to wait, as far as that is known: for less than a second, and for a
 * small part of the process's life? Such a burst may be over in a moment. */
bool gt_just_came(const struct gt_heap_analysis *analysis, const struct gt_member *members,
                  size_t count, uint64_t latest);

/* Have GT_MANY_ALIKE or more of them been seen to wait for longer than that? */
bool gt_have_waited(const struct gt_heap_analysis *analysis, const struct gt_member *members,
                    size_t count, uint64_t latest);

#endif

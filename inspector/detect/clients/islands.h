/*
 * Islands: crowds of goroutines that timers wake, and that only one another could end.
 *
 * A client of a library may have several goroutines that wait for time, and for a channel that is
 * only ever closed, such as the Done channel of the client's context. When the program loses the
 * client without closing it, each of them still reaches the channels of the others. By itself, none
 * is abandoned (hanging/abandoned.h), since another one may answer it. Together, nothing answers
 * them.
 *
 * A place belongs to an island when many goroutines wait there, when each of them waits for such a
 * channel beside a timer, and when no goroutine outside the island reaches it. Goroutines that
 * block without a timer, and that only the island would answer, belong to it too. A place where
 * only a timer is waited for never does: its goroutines work for others.
 *
 * The goroutines of an island may still end each other, so it is a suspect. The result owns its
 * tables.
 */
#ifndef GT_DETECT_ISLANDS_H
#define GT_DETECT_ISLANDS_H

#include "inspector/detect/hanging/abandoned.h"
#include "inspector/detect/retention/cause.h"

struct gt_islands {
    bool *is; /* by goroutine; false for those that hang or are abandoned by themselves */
    struct gt_endings endings; /* their timers */
};

/* `abandoned->is` is final. */
void gt_islands_find(struct gt_islands *islands, const struct gt_abandoned *abandoned);
void gt_islands_deinit(struct gt_islands *islands);

/* Calls `visit` for the goroutines of each package: they are one finding. */
void gt_islands_visit(const struct gt_islands *islands, const struct gt_heap_analysis *analysis,
                      gt_group_fn *visit, void *ctx);

/* Gives the cause, which has the members, its texts and the timers that keep them. */
void gt_islands_describe(const struct gt_islands *islands, const struct gt_heap_analysis *analysis,
                         const struct gt_member *members, size_t count, struct gt_cause *cause);

#endif

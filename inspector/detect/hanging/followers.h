/*
 * Goroutines that end with others. They are part of the findings of those.
 *
 * Whoever waits for the context of signal.NotifyContext ends with the goroutine that waits for the
 * signal. The writing side of a connection of net/http ends with its reading side.
 */
#ifndef GT_DETECT_FOLLOWERS_H
#define GT_DETECT_FOLLOWERS_H

#include "inspector/detect/hanging/abandoned.h"
#include "inspector/detect/retention/cause.h"

struct gt_followers {
    uint32_t *leader; /* by goroutine: an abandoned one that waits for a signal, + 1; else 0 */
};

/* Followers are no longer abandoned by themselves. */
void gt_followers_find(struct gt_followers *followers, struct gt_abandoned *abandoned);
void gt_followers_deinit(struct gt_followers *followers);

/* Adds the followers of the members to their cause; returns how many. */
size_t gt_followers_take(const struct gt_followers *followers, const struct gt_abandoned *abandoned,
                         const struct gt_member *members, size_t count, struct gt_cause *cause);

/* Adds the writing sides of connections, if `reader` is the reading side of one. */
void gt_followers_take_writers(const struct gt_abandoned *abandoned, uint32_t reader,
                               struct gt_cause *cause);

#endif

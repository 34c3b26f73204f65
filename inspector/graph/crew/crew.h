/*
 * Threads that share work: a leader, which is the thread that made the crew, and its helpers.
 *
 * Each member works on what it has. One that has nothing left waits for bundles of work. A member
 * that has plenty looks now and then whether others wait (gt_crew_waits(), which costs a load), and
 * gives them bundles. When nobody works and no bundle is left, all is done: the leader learns it,
 * the helpers wait on.
 *
 * Invariants, which the caller keeps: while there is a crew, no member allocates, so that no call
 * unwinds and leaves others waiting. Members share nothing that they write, but by atomic
 * operations. What one wrote before the leader learned that all is done, the leader may read.
 */
#ifndef GT_GRAPH_CREW_H
#define GT_GRAPH_CREW_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

enum { GT_CREW_TAKES = 16 }; /* bundles that a member accepts when it has nothing, at most */

struct gt_crew_job {
    size_t size; /* of a bundle, in bytes */
    void (*accept)(void *member, const void *bundle);
    void (*work)(void *member); /* until the member has nothing left */
};

struct gt_crew;

/* Starts a helper for each of `count` members. Borrows all until the crew is destroyed. */
struct gt_crew *gt_crew_create(const struct gt_crew_job *job, void *const *members, size_t count);
/* Waits for the helpers, which must have nothing left; NULL is allowed. */
void gt_crew_destroy(struct gt_crew *crew);

/* Does a member wait, and no bundle? */
bool gt_crew_waits(const struct gt_crew *crew);
/* Gives the first of some bundles to those who wait; returns how many. The others stay with the
 * caller. */
size_t gt_crew_give(struct gt_crew *crew, const void *bundles, size_t count);
/* The leader has nothing left. It accepts bundles, or false: all is done. */
bool gt_crew_rest(struct gt_crew *crew, void *leader);

#endif

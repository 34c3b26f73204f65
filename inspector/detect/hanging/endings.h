/*
 * What could still end the wait of goroutines that nobody answers: their timers, the parents of
 * their contexts, and a channel that ends all their waits when it is closed.
 *
 * The search starts at the timer or the parent: a few pointers lead from it to what a goroutine
 * waits for.
 */
#ifndef GT_DETECT_ENDINGS_H
#define GT_DETECT_ENDINGS_H

#include "inspector/detect/describe/group.h"
#include "inspector/detect/hanging/context_tree.h"
#include "inspector/detect/retention/baseline.h"

struct gt_ending {
    uint32_t goroutine;
    bool by_parent; /* the parent of its context can end it; otherwise a timer */
    uint64_t word;  /* by which the timers' heap or the parent leads there */
    uint64_t when;  /* when the timer fires */
};

struct gt_endings {
    struct gt_vec list; /* struct gt_ending, by goroutine */
};

/* The endings of the goroutines in `is`. `links` are struct gt_context_link. */
void gt_endings_find(struct gt_endings *endings, const struct gt_heap_analysis *analysis,
                     const bool *is, const struct gt_vec *links);
void gt_endings_deinit(struct gt_endings *endings);

/* Adds the words by which timers and parents keep what the members wait for. */
void gt_endings_take(const struct gt_endings *endings, const struct gt_member *members,
                     size_t count, struct gt_edges *edges);

/* The time from `now` to the latest of the members' timers; GT_UNKNOWN without timers. */
int64_t gt_endings_due(const struct gt_endings *endings, const struct gt_member *members,
                       size_t count, uint64_t now);

/* "only closing global main.quit, or their timers, within 59m could end them"; `signal` is the
 * first member's channel that is only ever closed, or 0. `notify` is what else could end them, or
 * NULL. In the analysis's storage. */
const char *gt_endings_describe(const struct gt_endings *endings,
                                const struct gt_heap_analysis *analysis,
                                const struct gt_member *members, size_t count, uint64_t signal,
                                const char *notify, uint64_t now);

/* Does a context's parent lead to something that one of these goroutines waits for? */
bool gt_links_matter(const struct gt_heap_analysis *analysis, const bool *is,
                     const struct gt_vec *links);

#endif

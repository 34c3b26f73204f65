/*
 * The edges that go when a timer goes: the word that keeps it in a timer heap, and the word by
 * which a parent context leads to the context whose deadline it is (context_tree.h). Each word is
 * part of a list that grows with its entries: a P's timers, a parent's children. Each timer counts
 * for its share of the list.
 *
 * The links own their tables and borrow the analysis.
 */
#ifndef GT_DETECT_TIMER_LINKS_H
#define GT_DETECT_TIMER_LINKS_H

#include "inspector/detect/retention/cause.h"

struct gt_timer_links {
    const struct gt_heap_analysis *analysis;
    struct gt_map listed;    /* object of a list -> the number of its entries */
    struct gt_map by_child;  /* object of a context -> the word of its parent that leads to it */
    struct gt_edges parents; /* these words */
};

/* Finds parents if some timer is a context's deadline, or if `all` contexts matter. */
void gt_timer_links_init(struct gt_timer_links *links, const struct gt_heap_analysis *analysis,
                         bool all);
void gt_timer_links_deinit(struct gt_timer_links *links);

/* Excludes what timers keep by: all words in timer heaps, and the words of parents of contexts. */
void gt_timer_links_leave_out(const struct gt_timer_links *links, struct gt_exclusion *without);

/* The context whose deadline the timer is, as an object; GT_NO_OBJECT when it is no deadline. */
uint32_t gt_timer_context(const struct gt_timer_links *links, const struct gt_timer *timer);

/* Adds what goes with the timer to what the cause takes away. */
void gt_timer_links_take(const struct gt_timer_links *links, const struct gt_timer *timer,
                         struct gt_cause *cause);

/* Adds a word of such a list, with its share of the list. */
void gt_timer_links_take_word(const struct gt_timer_links *links, uint64_t word,
                              struct gt_cause *cause);

/* Adds the word by which a parent leads to an object, if that is a context. */
void gt_timer_links_take_context(const struct gt_timer_links *links, uint32_t object,
                                 struct gt_cause *cause);

/* The function that a timer calls. */
const char *gt_timer_callback(const struct gt_heap_analysis *analysis,
                              const struct gt_timer *timer);

/* Is it the deadline of a context? */
bool gt_timer_is_deadline(const struct gt_heap_analysis *analysis, const struct gt_timer *timer);

#endif

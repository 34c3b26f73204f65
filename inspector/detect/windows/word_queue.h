/*
 * The queue of words whose objects are looked up: prefetches what the lookup reads.
 *
 * A lookup reads the word's region, then the object's bits, and waits for memory at each. So each
 * word stays in the queue for GT_WORDS_WAITING turns: its region is prefetched as it enters, and
 * the object's bits halfway. Words leave in the order in which they entered.
 */
#ifndef GT_DETECT_WORD_QUEUE_H
#define GT_DETECT_WORD_QUEUE_H

#include "inspector/detect/describe/looks.h"

enum { GT_WORDS_WAITING = 32 };

struct gt_waiting_word {
    struct gt_word word;
    struct gt_referrer referrer;
    const struct gt_region *region; /* NULL: the entry is empty, or the word points to no object */
    uint32_t object;                /* set halfway through the queue */
};

struct gt_word_queue { /* empty if all but `bits` is zero */
    const struct gt_bitmap *bits[2];
    size_t seen;
    struct gt_waiting_word ring[GT_WORDS_WAITING];
};

/* The oldest entry, which the caller handles and then replaces: by the next word, whose region is
 * not NULL, or by an empty entry. */
struct gt_waiting_word *gt_word_queue_turn(struct gt_word_queue *queue);

#endif

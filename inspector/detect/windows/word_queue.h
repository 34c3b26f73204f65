/*
 * Words on their way to the blocks that they point into.
 *
 * Looking at a word costs waiting for memory: for the region that it leads to, then for what is
 * kept of the object there. So a word waits its turn behind some others. For the first half of its
 * wait its region is fetched, for the other half the object's bits. The order of the words stays.
 */
#ifndef GT_DETECT_WORD_QUEUE_H
#define GT_DETECT_WORD_QUEUE_H

#include "inspector/detect/describe/looks.h"

enum { GT_WORDS_WAITING = 32 };

struct gt_waiting_word {
    struct gt_word word;
    struct gt_referrer referrer;
    const struct gt_region *region; /* NULL: none waits here, or it leads to no object */
    uint32_t object;                /* once the region was looked at */
};

struct gt_word_queue { /* zeroed but for its bits, it is empty */
    const struct gt_bitmap *bits[2];
    size_t seen;
    struct gt_waiting_word ring[GT_WORDS_WAITING];
};

/* Takes in a word, whose region is not NULL, or none; false when no word's turn has come. */
bool gt_word_queue_swap(struct gt_word_queue *queue, const struct gt_waiting_word *next,
                        struct gt_waiting_word *oldest);

#endif

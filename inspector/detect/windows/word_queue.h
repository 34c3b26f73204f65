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
    bool is_pointer; /* with a static type; of `word` only addr, value, offset and type are set:
                      * most words are pointers, and a copy of all of it costs more than the lookup
                      */
};

struct gt_word_queue { /* empty if all but `bits` is zero */
    const struct gt_bitmap *bits[2];
    size_t seen;
    struct gt_waiting_word ring[GT_WORDS_WAITING];
};

/* Finds the word's object, whose region has been prefetched, and prefetches the object's bits. */
static inline void gt_word_queue_aim(const struct gt_word_queue *queue,
                                     struct gt_waiting_word *waiting)
{
    const struct gt_region *region = waiting->region;
    uint32_t slot = region ? gt_region_slot(region, waiting->word.value) : 0;

    if (!region) return;
    if (slot >= region->count) {
        waiting->region = NULL;
        return;
    }
    waiting->object = region->first + slot;
    for (size_t i = 0; i < sizeof queue->bits / sizeof *queue->bits; i++)
        __builtin_prefetch(&queue->bits[i]->words[waiting->object / 64]);
}

/* The oldest entry, which the caller handles and then replaces: by the next word, whose region is
 * not NULL, or by an empty entry. */
static inline struct gt_waiting_word *gt_word_queue_turn(struct gt_word_queue *queue)
{
    struct gt_waiting_word *oldest = &queue->ring[queue->seen++ % GT_WORDS_WAITING];

    gt_word_queue_aim(queue, &queue->ring[(queue->seen + GT_WORDS_WAITING / 2) % GT_WORDS_WAITING]);
    return oldest;
}

#endif

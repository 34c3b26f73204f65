#include "inspector/detect/windows/word_queue.h"

/* Finds the word's object, whose region has been prefetched, and prefetches the object's bits. */
static void aim(const struct gt_word_queue *queue, struct gt_waiting_word *waiting)
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

struct gt_waiting_word *gt_word_queue_turn(struct gt_word_queue *queue)
{
    struct gt_waiting_word *oldest = &queue->ring[queue->seen++ % GT_WORDS_WAITING];

    aim(queue, &queue->ring[(queue->seen + GT_WORDS_WAITING / 2) % GT_WORDS_WAITING]);
    return oldest;
}

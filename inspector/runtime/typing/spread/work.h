/*
 * What waits to be read: blocks with grey objects, in a queue, and parts of large arrays. Private
 * to spread/.
 *
 * A block is in the queue once. `queued` says of each block whether it is.
 */
#ifndef GT_RUNTIME_TYPING_SPREAD_WORK_H
#define GT_RUNTIME_TYPING_SPREAD_WORK_H

#include "inspector/runtime/typing/typing_impl.h"

enum {
    GT_LARGE_ARRAY = 1 << 14, /* bytes, from which on it is read in parts */
    GT_WORDS_OF_ONE = 64,     /* of an object or an element that a round reads, at most */
};

/* A block's state in gt_typing.queued. */
enum { GT_NOT_QUEUED, GT_QUEUED, GT_TO_BE_QUEUED };

struct gt_elements { /* of an array, where all pointers are in words of the type */
    struct gt_slot_ref ref;
    const struct gt_word_plan *plan;
    uint64_t from, to, size; /* offsets in the slot, and the size of an element */
    bool reaches;            /* they are read for the mark, too */
};

/* Rounds leave nothing undone, so they run only if all objects are read, and if claims need not be
 * handled at once. */
static inline bool gt_may_put_off(const struct gt_typing *typing)
{
    return !typing->within && !typing->eager;
}

static inline size_t gt_words_of_element(const struct gt_word_plan *plan)
{
    return plan->plain_count + plan->slice_count + plan->leaf_count + plan->unclaimed_count;
}

/* Leaves elements of a large array to the next round; false if they are few, or large
 * themselves. */
static inline bool gt_put_off(struct gt_typing *typing, const struct gt_elements *elements)
{
    if (!gt_may_put_off(typing) || elements->to - elements->from < GT_LARGE_ARRAY) return false;
    if (gt_words_of_element(elements->plan) > GT_WORDS_OF_ONE) return false;
    *(struct gt_elements *)gt_vec_push(&typing->arrays) = *elements;
    return true;
}

static inline uint32_t gt_queue_length(const struct gt_typing *typing)
{
    uint32_t room = gt_block_count(typing) + 1;

    return typing->tail >= typing->head ? typing->tail - typing->head
                                        : typing->tail + room - typing->head;
}

/* The block is not in the queue. */
static inline void gt_enqueue(struct gt_typing *typing, uint32_t block)
{
    typing->queued[block] = GT_QUEUED;
    typing->queue[typing->tail] = block;
    typing->tail = typing->tail == gt_block_count(typing) ? 0 : typing->tail + 1;
}

/* There must be one. */
static inline uint32_t gt_dequeue(struct gt_typing *typing)
{
    uint32_t block = typing->queue[typing->head];

    typing->head = typing->head == gt_block_count(typing) ? 0 : typing->head + 1;
    typing->queued[block] = GT_NOT_QUEUED;
    return block;
}

#endif

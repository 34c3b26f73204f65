/* Objects whose words are to be claimed are grey. Blocks of neighbours with grey objects wait in a
 * ring, so memory is read mostly in order. While no block waits, objects go straight to where they
 * are read next. While many wait, they are read in rounds. */
#include "inspector/base/alloc.h"
#include "inspector/runtime/typing/spread/chain.h"
#include "inspector/runtime/typing/spread/claims.h"
#include "inspector/runtime/typing/spread/objects.h"
#include "inspector/runtime/typing/spread/rounds.h"
#include "inspector/runtime/typing/static_areas.h"

void gt_spread_open(struct gt_typing *typing)
{
    typing->ready = gt_calloc(1, sizeof *typing->ready);
    gt_bitmap_init(&typing->grey, typing->heap->graph.scan_objects);
    typing->queued = gt_calloc((size_t)gt_block_count(typing) + 8, sizeof *typing->queued);
    typing->queue = gt_calloc((size_t)gt_block_count(typing) + 1, sizeof *typing->queue);
    typing->head = typing->tail = 0;
    typing->arrays = GT_VEC_OF(struct gt_elements);
}

void gt_spread_close(struct gt_typing *typing)
{
    gt_bitmap_deinit(&typing->grey);
    gt_free(typing->queued);
    gt_free(typing->queue);
    gt_free(typing->ready);
    gt_vec_deinit(&typing->arrays);
    typing->queued = NULL;
    typing->queue = NULL;
    typing->ready = NULL;
    typing->within = NULL;
}

/* Claims the words of the oldest object that waits in the queue; there must be one. */
static void claim_oldest(struct gt_typing *typing)
{
    struct gt_slot_ref oldest = gt_fetched_take(typing->ready);

    if (gt_is_any_grey(typing) || !gt_claim_chain(typing, &oldest))
        gt_claim_object(typing, &oldest);
}

/* Claims the words of an object, after those that wait before it. */
static inline void claim_soon(struct gt_typing *typing, struct gt_slot_ref next)
{
    if (!gt_fetched_is_full(typing->ready)) {
        gt_fetched_add(typing->ready, next);
        return;
    }
    struct gt_slot_ref oldest = gt_fetched_exchange(typing->ready, next);
    gt_claim_object(typing, &oldest);
}

/* Claims from the words of a block's grey objects, in the order of their addresses. Objects that
 * turn grey meanwhile are handled too, or queue the block again. */
static void claim_block(struct gt_typing *typing, uint32_t block)
{
    size_t first = (size_t)block << GT_BLOCK_SHIFT >> 6, end = first + (1 << GT_BLOCK_SHIFT >> 6);
    size_t words = (typing->grey.bits + 63) / 64;
    struct gt_slot_ref ref = {0};

    for (size_t word = first; word < end && word < words; word++)
        for (uint64_t grey; (grey = typing->grey.words[word]);) {
            typing->grey.words[word] = grey & (grey - 1);
            uint32_t object = (uint32_t)word * 64 + (uint32_t)__builtin_ctzll(grey);
            ref = gt_slot_ref_near(typing, object, &ref);
            claim_soon(typing, ref);
        }
}

/* The next block of grey objects. While there is none, claims the words of the objects that wait,
 * and judges the claims that wait; false when nothing is left. */
static bool next_block(struct gt_typing *typing, uint32_t *block)
{
    while (typing->head == typing->tail)
        if (!gt_fetched_is_empty(typing->ready))
            claim_oldest(typing);
        else if (typing->waiting_count)
            gt_judge_waiting(typing);
        else if (typing->marks.count)
            gt_mark_waiting(typing);
        else if (typing->arrays.len)
            gt_rounds_run(typing);
        else
            return false;
    *block = gt_dequeue(typing);
    return true;
}

void gt_drain(struct gt_typing *typing)
{
    uint32_t block;

    do {
        while (next_block(typing, &block)) {
            claim_block(typing, block);
            gt_rounds_run(typing);
            if (gt_static_many_claims(typing->statics)) gt_spread_statics(typing);
        }
    } while (gt_spread_statics(typing));
    gt_rounds_end(typing);
}

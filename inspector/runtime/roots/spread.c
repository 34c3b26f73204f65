/* A breadth-first search. An object enters the queue once, when its bit in `reached` is set, and
 * the word that led to it is recorded then. */
#include "inspector/runtime/roots/spread.h"

#include "inspector/base/numbers.h"

struct walk {
    const struct gt_spread *spread;
    struct gt_u32s queue;
    uint64_t addr; /* of the object whose words are being followed */
};

static bool enter(struct walk *walk, uint32_t object)
{
    if (gt_bit(walk->spread->stop, object) || gt_bit_test_set(walk->spread->reached, object))
        return false;
    gt_u32s_add(&walk->queue, object);
    return true;
}

static void follow_word(void *ctx, uint64_t offset, uint64_t value)
{
    struct walk *walk = ctx;
    uint32_t object = gt_heap_object(walk->spread->graph, value);

    if (object == GT_NO_OBJECT || !enter(walk, object) || !walk->spread->words) return;
    *gt_map_put(walk->spread->words, object, NULL) = walk->addr + offset;
}

void gt_spread_from(const struct gt_spread *spread, const struct gt_bitmap *first)
{
    struct walk walk = {.spread = spread};

    for (size_t i = gt_bitmap_next(first, 0); i < first->bits; i = gt_bitmap_next(first, i + 1))
        enter(&walk, (uint32_t)i);
    for (size_t i = 0; i < walk.queue.len; i++) {
        walk.addr = gt_heap_address(spread->graph, walk.queue.at[i]);
        gt_heap_words(spread->graph, walk.queue.at[i], follow_word, &walk);
    }
    gt_u32s_deinit(&walk.queue);
}

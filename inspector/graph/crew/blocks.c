/* What is called for every object is inline in the header. Here a block's grey bits are taken from
 * one list as a bundle, and added to another list. */
#include "inspector/graph/crew/blocks.h"

#include "inspector/base/alloc.h"

enum {
    GIVEN = 32,             /* blocks that are given at once, at most */
    LEAST_HALF = 128 << 10, /* bytes of a part: a smaller one is soon done */
};

void gt_blocks_init(struct gt_blocks *blocks, uint32_t objects)
{
    *blocks = (struct gt_blocks){.count = (objects >> GT_BLOCK_OBJECTS_SHIFT) + 1};
    gt_bitmap_init(&blocks->grey, (size_t)blocks->count << GT_BLOCK_OBJECTS_SHIFT);
    gt_bitmap_init(&blocks->queued, blocks->count);
    blocks->queue = gt_alloc(blocks->count * sizeof *blocks->queue);
}

void gt_blocks_deinit(struct gt_blocks *blocks)
{
    gt_bitmap_deinit(&blocks->grey);
    gt_bitmap_deinit(&blocks->queued);
    gt_free(blocks->queue);
    *blocks = (struct gt_blocks){0};
}

void gt_blocks_accept(struct gt_blocks *blocks, const struct gt_bundle *bundle)
{
    uint64_t *grey = &blocks->grey.words[(size_t)bundle->block * GT_BLOCK_WORDS];

    for (unsigned i = 0; i < GT_BLOCK_WORDS; i++)
        grey[i] |= bundle->grey[i];
    gt_blocks_enqueue(blocks, bundle->block);
}

static struct gt_bundle take_bundle(struct gt_blocks *blocks)
{
    struct gt_bundle bundle = {.block = gt_blocks_dequeue(blocks)};

    for (unsigned i = 0; i < GT_BLOCK_WORDS; i++)
        bundle.grey[i] = gt_take_word(&blocks->grey, (size_t)bundle.block * GT_BLOCK_WORDS + i);
    return bundle;
}

void gt_blocks_give(struct gt_blocks *blocks, struct gt_crew *crew)
{
    struct gt_bundle bundles[GIVEN];
    size_t count = blocks->len / 2 < GIVEN ? blocks->len / 2 : GIVEN;

    if (!count) return;
    for (size_t i = 0; i < count; i++)
        bundles[i] = take_bundle(blocks);
    for (size_t i = gt_crew_give(crew, bundles, count); i < count; i++)
        gt_blocks_accept(blocks, &bundles[i]);
}

/* Parts are cut at multiples of the least half. */
void gt_part_give(struct gt_part *part, struct gt_crew *crew)
{
    uint64_t middle = part->from + (part->to - part->from) / 2;
    struct gt_bundle bundle = {.is_part = true, .part = *part};

    middle = middle / LEAST_HALF * LEAST_HALF;
    if (middle <= part->from || middle >= part->to) return;
    bundle.part.from = middle;
    if (gt_crew_give(crew, &bundle, 1)) part->to = middle;
}

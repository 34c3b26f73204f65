/*
 * A work list of objects: a queue of blocks of objects, not of objects.
 *
 * An object that is added turns grey, which is a bit, and its block enters the queue once. While
 * the block waits, more of its objects turn grey. When it leaves the queue, all of them are handled
 * in address order, so their pages and masks are fetched once. The queue is never longer than the
 * number of blocks. A large object that is being scanned is on no list: its part that is left is
 * known to who scans it.
 *
 * Invariant: a block with grey objects is in the queue, or is being handled. The list owns its
 * memory, and allocates nothing after its init.
 */
#ifndef GT_GRAPH_BLOCKS_H
#define GT_GRAPH_BLOCKS_H

#include "inspector/base/bitmap.h"
#include "inspector/graph/crew/crew.h"

enum {
    GT_BLOCK_OBJECTS_SHIFT = 9, /* 512 objects: few enough to search a block for one */
    GT_BLOCK_WORDS = (1 << GT_BLOCK_OBJECTS_SHIFT) / 64,
};

struct gt_blocks {
    struct gt_bitmap grey;   /* objects that wait */
    struct gt_bitmap queued; /* blocks that are in the queue */
    uint32_t *queue;         /* a ring of `count` blocks */
    uint32_t at, len, count;
};

struct gt_part { /* of a large object: bytes of its slot that are to be scanned */
    uint32_t object;
    uint64_t from, to;
};

struct gt_bundle { /* what threads give each other */
    bool is_part;
    union {
        struct { /* a block's grey objects, for another list of as many objects */
            uint32_t block;
            uint64_t grey[GT_BLOCK_WORDS];
        };
        struct gt_part part;
    };
};

void gt_blocks_init(struct gt_blocks *blocks, uint32_t objects);
void gt_blocks_deinit(struct gt_blocks *blocks);

void gt_blocks_accept(struct gt_blocks *blocks, const struct gt_bundle *bundle);
/* Gives up to half of the queue to those of a crew who wait. Their bundles are struct gt_bundle. */
void gt_blocks_give(struct gt_blocks *blocks, struct gt_crew *crew);
/* Gives them the second half of a part, if each half is long enough. */
void gt_part_give(struct gt_part *part, struct gt_crew *crew);

/* Puts a block into the queue, if it is not there. */
static inline void gt_blocks_enqueue(struct gt_blocks *blocks, uint32_t block)
{
    if (gt_bit_test_set(&blocks->queued, block)) return;
    uint32_t at = blocks->at + blocks->len++;
    if (at >= blocks->count) at -= blocks->count;
    blocks->queue[at] = block;
}

/* The map of grey objects is written without a look at it: a page that is read first is mapped
 * twice, and the second time interrupts the other threads. */
static inline void gt_blocks_add(struct gt_blocks *blocks, uint32_t object)
{
    gt_bit_set(&blocks->grey, object);
    gt_blocks_enqueue(blocks, object >> GT_BLOCK_OBJECTS_SHIFT);
}

/* Takes the first block; there must be one. */
static inline uint32_t gt_blocks_dequeue(struct gt_blocks *blocks)
{
    uint32_t block = blocks->queue[blocks->at++];

    if (blocks->at == blocks->count) blocks->at = 0;
    blocks->len--;
    gt_bit_clear(&blocks->queued, block);
    return block;
}

/* Takes the bits of a word off a bitmap. */
static inline uint64_t gt_take_word(struct gt_bitmap *map, size_t word)
{
    uint64_t bits = map->words[word];

    map->words[word] = 0;
    return bits;
}

#endif

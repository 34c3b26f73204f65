/*
 * A heap small enough to draw: `little_nodes` objects of four words, all of them pointer words,
 * over a byte array, and a region of pointerless objects beside it.
 *
 *     node 0..7    at LITTLE_BASE + 32 * node      GT_SCAN_BITMAP, every word a pointer
 *     leaf 0..3    at LITTLE_LEAVES + 16 * leaf    GT_SCAN_NONE
 *
 * Edges are words that a test writes. Nodes and leaves are allocated unless the test frees them.
 */
#ifndef LITTLE_HEAP_H
#define LITTLE_HEAP_H

#include "inspector/graph/heap.h"

#include <string.h>

enum { LITTLE_NODES = 8, LITTLE_LEAVES_COUNT = 4, LITTLE_SIZE = 32, LITTLE_LEAF = 16 };
#define LITTLE_BASE UINT64_C(0xc000002000)
#define LITTLE_LEAVES UINT64_C(0xc000000000) /* below the nodes, and numbered after them */

struct little {
    struct gt_heap heap;
    unsigned char unaligned; /* so that the words below are not aligned */
    unsigned char bytes[LITTLE_NODES * LITTLE_SIZE];
    unsigned char mask[LITTLE_NODES * LITTLE_SIZE / 8 / 8];
};

static inline uint64_t node(unsigned number)
{
    return LITTLE_BASE + number * LITTLE_SIZE;
}

static inline uint64_t leaf(unsigned number)
{
    return LITTLE_LEAVES + number * LITTLE_LEAF;
}

static inline uint32_t object_at(const struct little *little, uint64_t addr)
{
    return gt_heap_object(&little->heap, addr);
}

static inline void little_word(struct little *little, unsigned from, unsigned word, uint64_t value)
{
    memcpy(little->bytes + from * LITTLE_SIZE + word * 8, &value, 8);
}

/* Writes an edge into the first free word of `from`. */
static inline void edge(struct little *little, unsigned from, uint64_t to)
{
    static const unsigned char none[8];
    unsigned word = 0;

    while (memcmp(little->bytes + from * LITTLE_SIZE + word * 8, none, 8) != 0)
        word++;
    little_word(little, from, word, to);
}

/* NULL, or the error of the seal. */
static inline struct gt_error *little_init(struct little *little)
{
    *little = (struct little){0};
    memset(little->mask, 0xff, sizeof little->mask);
    gt_heap_init(&little->heap, (struct gt_heap_source){0});
    gt_heap_add(&little->heap, &(struct gt_region){.base = LITTLE_LEAVES,
                                                   .slot_size = LITTLE_LEAF,
                                                   .count = LITTLE_LEAVES_COUNT,
                                                   .scan = GT_SCAN_NONE});
    gt_heap_add(&little->heap, &(struct gt_region){.base = LITTLE_BASE,
                                                   .slot_size = LITTLE_SIZE,
                                                   .count = LITTLE_NODES,
                                                   .scan = GT_SCAN_BITMAP,
                                                   .bytes = little->bytes,
                                                   .mask = little->mask});
    struct gt_error *error = gt_heap_seal(&little->heap);
    for (uint32_t i = 0; !error && i < little->heap.objects; i++)
        gt_bit_set(&little->heap.allocated, i);
    return error;
}

/* Makes the heap as seal leaves one whose first region's bytes are absent. */
static inline void little_lose_bytes(struct little *little)
{
    little->heap.regions[0].bytes = NULL;
    little->heap.regions[0].small = false;
}

static inline void little_deinit(struct little *little)
{
    gt_heap_deinit(&little->heap);
}

#endif

/*
 * The pointer bits of spans up to Go 1.21 (and of 1.22 with GOEXPERIMENT=noallocheaders). Each
 * arena keeps them for all of its words, outside the objects (runtime/mbitmap.go of 1.19 to 1.21,
 * heapArena.bitmap).
 *
 * There are two designs. In 1.19 each word has a pointer bit and a scan bit, four words in a byte,
 * and a clear scan bit ends the object's pointers. Later each word has a pointer bit, and
 * heapArena.noMorePtrs says for each 64 words that the object has no pointers after them. In both,
 * the bits after the end are stale and are cleared here. The result has the form that the graph
 * needs: one bit a word.
 */
#ifndef GT_RUNTIME_ARENA_BITS_H
#define GT_RUNTIME_ARENA_BITS_H

#include "inspector/runtime/heap/arenas.h"

struct gt_arena_bits {
    struct gt_arenas arenas;
    bool two_bits; /* the design of 1.19 */
};

/* False when this program has no such bits. */
bool gt_arena_bits_find(const struct gt_process *process, uint64_t mheap,
                        struct gt_arena_bits *out);

/* One bit a word for `count` slots from `base` on, in memory of `storage`; NULL when some of the
 * arenas' bits are not in the core. */
const unsigned char *gt_arena_bits_of(const struct gt_arena_bits *bits, uint64_t base,
                                      uint64_t slot_size, uint64_t count, struct gt_arena *storage);

#endif

/*
 * The Go heap: mheap's spans, described to the graph engine as regions.
 *
 * Each in-use span of runtime.mheap_.allspans is one region. The region's tag is the span's number
 * in this module. A slot is an object if it is allocated: its index is below freeindex, or its
 * allocBits bit is set (runtime/mbitmap.go, isFree).
 *
 * Pointer words are known by
 *   a bitmap at the span's end      element size up to 512 (heapBitsInSpan)
 *   a type in the slot's first word larger size classes: the program's data starts 8 bytes on
 *   mspan.largeType                 spans of one object
 *   the arena's bitmap              all spans up to Go 1.21 (heap/arena_bits.h)
 *
 * A span that is not plausible, or that no segment holds, is left out. A span whose bytes were not
 * dumped is a region without bytes. Each is a line in the process's losses. The heap owns its
 * tables and borrows the process.
 */
#ifndef GT_RUNTIME_SPANS_H
#define GT_RUNTIME_SPANS_H

#include "inspector/runtime/heap/arena_bits.h"
#include "inspector/runtime/heap/mspans.h"
#include "inspector/runtime/heap/type_masks.h"

struct gt_manual_span { /* pages that the runtime manages manually */
    uint64_t base, npages;
    uint64_t stack_size; /* 0: the collector's own, and no stacks */
};

struct gt_goheap {
    struct gt_process *process;
    struct gt_heap graph;
    uint64_t mheap;       /* address of runtime.mheap_ */
    struct gt_slice all;  /* mheap_.allspans in the target: every mspan that exists */
    struct gt_vec spans;  /* struct gt_span */
    struct gt_vec manual; /* struct gt_manual_span, in the order of the target's list */
    uint32_t sweep_gen;   /* mheap_.sweepgen */
    bool green_tea;
    bool has_arena_bits;
    struct gt_arena_bits arena_bits;
    struct gt_arena rebuilt;          /* masks made from arenas' bits */
    uint64_t stack_bytes, heap_bytes; /* pages of manual and of in-use spans */
    struct gt_type_masks masks;
};

/* `threads` is that of the graph. */
struct gt_error *gt_goheap_open(struct gt_process *process, unsigned threads,
                                struct gt_goheap **heap);
void gt_goheap_close(struct gt_goheap *heap); /* NULL is allowed */

/* From now on the pointer words of live objects can be read by several threads at once. Those of
 * other objects can be read by one. */
void gt_goheap_share(const struct gt_goheap *heap, const struct gt_bitmap *live);

/* Where the program's data of an object begins (after a type header), and its size. */
uint64_t gt_goheap_user(const struct gt_goheap *heap, uint32_t object, uint64_t *size);

/* The same for a slot of a region of this heap. */
static inline uint64_t gt_goheap_user_in(const struct gt_region *region, uint32_t slot,
                                         uint64_t *size)
{
    *size = region->slot_size - region->skip;
    return region->base + slot * region->slot_size + region->skip;
}

/* The rtype that the allocator recorded for an object; 0 when it records none for its size. */
uint64_t gt_goheap_header(const struct gt_goheap *heap, uint32_t object);

/* A 16-byte block of the tiny allocator: many small pointer-free values share it. */
bool gt_goheap_tiny(const struct gt_goheap *heap, uint32_t object);

/* Bits of 64 slots from `first` on, a multiple of 64: which the collector marked, inline or not;
 * which are in allocBits; which are allocated by the span's own bits. Past the last slot, the first
 * two may have bits set, and the third has none. */
uint64_t gt_span_marked(const struct gt_span *span, uint32_t first);
uint64_t gt_span_alloc_bits(const struct gt_span *span, uint32_t first);
uint64_t gt_span_allocated(const struct gt_span *span, uint32_t first);

#endif

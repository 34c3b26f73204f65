/*
 * The collector's own verdict on each object, as the core holds it (runtime/mgcsweep.go).
 *
 * In a swept span allocBits *is* the last cycle's mark set; objects below freeindex whose bit is
 * clear were allocated since and were never judged. In a span not yet swept the marks are in
 * gcmarkBits and, under green tea, inline in the span itself.
 *
 * A mark that is under way leaves two traces: gcphase, and marks in swept spans, which have none
 * between collections (newMarkBits is zeroed). The second needs no symbol, so it tells a stripped
 * program's phase too.
 */
#ifndef GT_RUNTIME_GCMARKS_H
#define GT_RUNTIME_GCMARKS_H

#include "inspector/runtime/heap/spans.h"

struct gt_gc_state {
    uint64_t cycles;      /* memstats.numgc */
    const char *phase;    /* "off", "mark", "mark termination"; "unknown" */
    uint64_t heap_marked; /* gcController.heapMarked; 0 unknown */
};

struct gt_gcmarks {
    struct gt_bitmap marked;   /* objects that the last mark reached */
    struct gt_bitmap unjudged; /* objects allocated since */
    bool under_way;            /* a mark was setting bits; `marked` is of the one before */
    bool none;                 /* no collection has completed its mark yet */
};

void gt_gc_state_read(const struct gt_process *process, struct gt_gc_state *state);

void gt_gcmarks_init(struct gt_gcmarks *marks, const struct gt_goheap *heap);
void gt_gcmarks_deinit(struct gt_gcmarks *marks);

#endif

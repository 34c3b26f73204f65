/*
 * The collector's verdict on each object, as the core holds it (runtime/mgcsweep.go).
 *
 * In a swept span allocBits *is* the last cycle's mark set. An object below freeindex whose bit is
 * clear was allocated since, and the collector never judged it. In a span that is not swept yet the
 * marks are in gcmarkBits and, with green tea, inline in the span itself.
 *
 * A mark that is under way shows in two places: in gcphase, and in marks of swept spans, which have
 * none between collections (newMarkBits is zeroed). The second needs no symbol, so it works for a
 * stripped program too.
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

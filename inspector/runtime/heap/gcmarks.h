/*
 * Which objects the collector marked, as the core holds it (runtime/mgcsweep.go).
 *
 * In a swept span allocBits is the mark set of the last cycle. An object below freeindex whose bit
 * is clear was allocated since, and the collector never marked or freed it. In a span that is not
 * swept yet, the marks are in gcmarkBits and, with green tea, inline in the span itself.
 *
 * A mark in progress shows in two places: in gcphase, and in marks of swept spans, which have none
 * between collections (newMarkBits is zeroed). The second needs no symbol, so it works for a
 * stripped program too.
 */
#ifndef GT_RUNTIME_GCMARKS_H
#define GT_RUNTIME_GCMARKS_H

#include "gotopsy.h"
#include "inspector/runtime/heap/spans.h"

#include <stdatomic.h>

struct gt_gc_state {
    uint64_t cycles; /* memstats.numgc */
    enum gt_gc_phase phase;
    uint64_t heap_marked; /* gcController.heapMarked; 0 unknown */
};

struct gt_gcmarks_part { /* what one part of the heap says; gcmarks.c */
    uint64_t objects, bytes, unjudged, foreign, first_foreign;
    bool under_way;
};

struct gt_gcmarks {
    struct gt_bitmap marked;   /* objects that the last mark reached */
    struct gt_bitmap unjudged; /* objects allocated since then */
    uint64_t objects, bytes;   /* of `marked` */
    uint64_t unjudged_objects;
    bool under_way;         /* a mark was in progress; `marked` is that of the cycle before */
    bool none;              /* no collection has completed a mark yet */
    uint64_t foreign;       /* spans whose inline marks are another size class's */
    uint64_t first_foreign; /* the first one's address */
    struct gt_gcmarks_part *parts; /* while they are read */
    size_t part_count;
    atomic_size_t next_part; /* that no thread has taken */
};

void gt_gc_state_read(const struct gt_process *process, struct gt_gc_state *state);

void gt_gcmarks_init(struct gt_gcmarks *marks, const struct gt_goheap *heap);
/* The same in three steps. Several threads may take the second one at once, on a heap that does not
 * change: each reads what no other has begun. The third one follows when all have returned. */
void gt_gcmarks_begin(struct gt_gcmarks *marks, const struct gt_goheap *heap);
void gt_gcmarks_read(struct gt_gcmarks *marks, const struct gt_goheap *heap);
void gt_gcmarks_end(struct gt_gcmarks *marks);
void gt_gcmarks_deinit(struct gt_gcmarks *marks);

#endif

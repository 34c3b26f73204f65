/*
 * What is known in the core of objects that the collector marked and gotopsy does not reach.
 *
 * An object has the first of these that holds. What leads to an object says of it what is known of
 * that itself, through dropped objects: a missed root or edge hides all that hangs off it.
 *
 * GT_TRACE_WORD and GT_TRACE_UNWALKED speak for a missed root or edge. So do GT_TRACE_FRAME and
 * GT_TRACE_NONE, for want of anything that speaks against it: that a goroutine ran since is no
 * evidence of what it did. The others are evidence, for each object, that the program dropped it
 * since the last collection began. Most of what only a stack held leaves no word behind, for stacks
 * are written over; what is left then is what sort of object it is: one that is made and dropped.
 */
#ifndef GT_RUNTIME_TRACES_H
#define GT_RUNTIME_TRACES_H

#include "inspector/runtime/goroutines/goroutines.h"
#include "inspector/runtime/heap/gcmarks.h"

enum gt_trace {
    GT_TRACE_WORD,     /* a word that is no pointer by its mask leads to it (leads.h) */
    GT_TRACE_UNWALKED, /* a word of a stack that could not be walked does */
    GT_TRACE_RETIRED,  /* the runtime's own, out of use by what it holds (retired.h) */
    GT_TRACE_FRAME,    /* nothing is known but that a word leads to it of a frame that has not run
                          since: dead when the mark scanned it, or its stack map is misread */
    GT_TRACE_NONE,     /* nothing is known */
    GT_TRACE_STACK,    /* a dead word leads to it in a stack that was used since */
    GT_TRACE_OBJECT,   /* an unreachable object does that was allocated since */
    GT_TRACE_MADE,     /* code that makes such objects has run since (makers.h) */
    GT_TRACE_ALIKE,    /* an object like it was allocated since, or was dropped (kinds.h) */
    GT_TRACE_FREED,    /* an object like it was freed */
    GT_TRACES
};

struct gt_traces {
    struct gt_bitmap of[GT_TRACES]; /* by object */
};

void gt_traces_find(const struct gt_goheap *heap, const struct gt_goroutines *goroutines,
                    const struct gt_gcmarks *marks, const struct gt_bitmap *live,
                    const struct gt_bitmap *dropped, struct gt_traces *out);
void gt_traces_deinit(struct gt_traces *traces);

/* The trace of a dropped object. */
enum gt_trace gt_trace_of(const struct gt_traces *traces, uint32_t object);

#endif

/*
 * What the core shows of dropped objects: those that the collector marked and gotopsy does not
 * reach.
 *
 * Each object has one trace: the first of enum gt_trace that holds. If a dropped object leads to
 * another one, that one also has the trace of the first, since a missed root hides all objects
 * behind it.
 *
 * Some traces speak for a missed root or edge: GT_TRACE_WORD, GT_TRACE_UNWALKED. GT_TRACE_FRAME and
 * GT_TRACE_NONE count as such too, since nothing speaks against it. That a goroutine has run since
 * the mark is no evidence: it does not show what the goroutine did. All other traces are evidence
 * that the program dropped the object since the last collection began.
 *
 * Most objects that only a stack held leave no word, because stacks are written over. For these the
 * sort of the object is the evidence: the program makes and drops such objects. It is evidence only
 * for as many as fit the number that the program was seen to make, drop or free.
 */
#ifndef GT_RUNTIME_TRACES_H
#define GT_RUNTIME_TRACES_H

#include "inspector/runtime/goroutines/goroutines.h"
#include "inspector/runtime/heap/gcmarks.h"

enum gt_trace {
    GT_TRACE_WORD,     /* a word leads to it that is no pointer by its mask (leads.h) */
    GT_TRACE_UNWALKED, /* a word leads to it in a stack that could not be walked */
    GT_TRACE_RETIRED,  /* the runtime's own, out of use by what it holds (retired.h) */
    GT_TRACE_FRAME,    /* only a word of a frame leads to it that has not run since. The word was
                        * dead when the mark scanned it, or its stack map is misread */
    GT_TRACE_NONE,     /* nothing is known */
    GT_TRACE_STACK,    /* a dead word leads to it in a stack that was used since */
    GT_TRACE_OBJECT,   /* an unreachable object leads to it that was allocated since */
    GT_TRACE_MADE,     /* code that makes such objects has run since (makers.h) */
    GT_TRACE_ALIKE,    /* an object like it was allocated since, or was dropped (kinds.h) */
    GT_TRACE_FREED,    /* an object like it was freed */
    GT_TRACE_FEW,      /* the same, but objects like it are few beside those that are gone */
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

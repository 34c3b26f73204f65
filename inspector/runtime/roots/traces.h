/*
 * What the core shows of dropped objects: those that the collector marked and gotopsy does not
 * reach.
 *
 * Each object has one trace: the first of enum gt_trace that holds. What an object with a trace
 * leads to has this trace too: the word in that object is its evidence.
 *
 * The traces are of three sorts:
 *   - GT_TRACE_WORD and GT_TRACE_UNWALKED speak for a missed root or edge.
 *   - Those up to GT_TRACE_BARRIER are evidence, for each object, that the program dropped it since
 *     the last collection began: a word in the core, with an address (`words`).
 *   - The others are no evidence. Objects like it come and go, or freed memory leads to it, as it
 *     does to live objects, or nothing is known. That a goroutine has run since the mark is no
 *     evidence either: it does not show what the goroutine did.
 *
 * Most objects that only a stack held leave no word, because stacks are written over. If the
 * program makes and drops such objects, it may have dropped this one too: as many as fit the number
 * that the program was seen to make, drop or free.
 */
#ifndef GT_RUNTIME_TRACES_H
#define GT_RUNTIME_TRACES_H

#include "inspector/runtime/goroutines/goroutines.h"
#include "inspector/runtime/heap/gcmarks.h"

enum gt_trace {
    GT_TRACE_WORD,     /* a word leads to it that is no pointer by its mask (leads.h) */
    GT_TRACE_UNWALKED, /* a word leads to it in a stack that could not be walked */
    GT_TRACE_RETIRED,  /* the runtime's own, out of use by what it holds (retired.h) */
    GT_TRACE_STACK,    /* a dead word leads to it in a stack that was used since */
    GT_TRACE_OBJECT,   /* an unreachable object leads to it that was allocated since */
    GT_TRACE_BARRIER,  /* a write barrier recorded it while the collector marked */
    GT_TRACE_ALIKE,    /* an object like it was allocated since, or was dropped (kinds.h) */
    GT_TRACE_MADE,     /* code that makes such objects has run since (makers.h) */
    GT_TRACE_RECYCLED, /* an object like it was freed */
    GT_TRACE_IDLE,     /* the runtime's own, of a sort that it drops (retired.h) */
    GT_TRACE_FEW,      /* objects like it come or go, but few beside those that are gone */
    GT_TRACE_FREED,    /* freed memory leads to it */
    GT_TRACE_FRAME,    /* only a word of a frame leads to it that has not run since. The word was
                        * dead when the mark scanned it, or its stack map is misread */
    GT_TRACE_NONE,     /* nothing is known */
    GT_TRACES
};

struct gt_traces {
    struct gt_bitmap of[GT_TRACES]; /* by object */
    bool located;                   /* set by the caller: fill `words` */
    struct gt_map words[GT_TRACES]; /* object -> the address of the word that shows the trace;
                                     * of traces by a word */
};

void gt_traces_find(const struct gt_goheap *heap, const struct gt_goroutines *goroutines,
                    const struct gt_gcmarks *marks, const struct gt_bitmap *live,
                    const struct gt_bitmap *dropped, struct gt_traces *out);
void gt_traces_deinit(struct gt_traces *traces);

/* The trace of a dropped object, and the address of the word that shows it; 0: none does. */
enum gt_trace gt_trace_of(const struct gt_traces *traces, uint32_t object);
uint64_t gt_trace_word(const struct gt_traces *traces, enum gt_trace trace, uint32_t object);

#endif

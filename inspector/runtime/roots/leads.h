/*
 * What else in the core leads to objects: the words that are no pointers of the live heap.
 *
 * An object that the collector marked and gotopsy does not reach was either dropped since, or a
 * root or an edge is missed. The core decides: what is missed is a word of it that holds the
 * object's address. So every word that the collector could take for a pointer is looked at, and
 * each that leads to a wanted object is told by where it lies:
 *   GT_LEAD_WORD    data and bss, or a live object: the masks say that it is no pointer
 *   GT_LEAD_FRAME   a frame of a goroutine that has not run since the mark began: the collector
 *                   scanned just this frame, by just this stack map
 *   GT_LEAD_STACK   a stack that was used since the mark began: what its frames no longer use
 *   GT_LEAD_UNWALKED a stack whose frames could not be walked to the end: roots may be missed
 *   GT_LEAD_OBJECT  an object allocated since the mark that is itself unreachable
 *
 * Passed over are words that are no roots or edges by what the runtime is: sections and spans
 * without pointers, free slots, what the mark did not reach, the ends of slots that no object need
 * fill, stacks of threads, and the numbers in gs, ms and Ps (bounds of stacks; write barrier
 * buffers keep what was overwritten). Roots that the runtime keeps outside of all this (specials,
 * queues, mcaches) are not looked for here: beside them lies what the mark and the allocators have
 * left. They are walked (roots.h), and what of them cannot be read is told as missing.
 */
#ifndef GT_RUNTIME_LEADS_H
#define GT_RUNTIME_LEADS_H

#include "inspector/runtime/goroutines/goroutines.h"
#include "inspector/runtime/heap/gcmarks.h"

enum gt_lead {
    GT_LEAD_WORD,
    GT_LEAD_FRAME,
    GT_LEAD_STACK,
    GT_LEAD_UNWALKED,
    GT_LEAD_OBJECT,
    GT_LEADS,
    GT_LEAD_NONE = GT_LEADS
};

struct gt_leads {
    struct gt_bitmap to[GT_LEADS]; /* objects that such a word leads to */
};

/* Has the goroutine run since the last mark began? The mark notes when it first saw a goroutine
 * wait (g.waitsince), and running clears that. A goroutine that the mark scanned while it helped to
 * mark looks as if it waited; it has allocated then (g.gcAssistBytes, cleared as a cycle begins),
 * or still waits for the collector. A system call is noted and cleared likewise. A coroutine is
 * switched to without its note being cleared. */
bool gt_ran_since(const struct gt_process *process, const struct gt_goroutine *g);

/* The leads to the objects of `wanted`; `live` is what gotopsy reaches. */
void gt_leads_find(const struct gt_goheap *heap, const struct gt_goroutines *goroutines,
                   const struct gt_gcmarks *marks, const struct gt_bitmap *live,
                   const struct gt_bitmap *wanted, struct gt_leads *out);
void gt_leads_deinit(struct gt_leads *leads);

#endif

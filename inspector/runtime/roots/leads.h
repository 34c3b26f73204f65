/*
 * Words in the core that lead to dropped objects: those that the collector marked and gotopsy does
 * not reach.
 *
 * Either the program dropped such an object since the mark, or gotopsy misses a root or an edge. A
 * missed root or edge is a word that holds the object's address. So every word that the collector
 * could take for a pointer is tested. A word that leads to a wanted object has the class of its
 * place:
 *
 *   GT_LEAD_WORD      data and bss, or a live object: the masks say that it is no pointer
 *   GT_LEAD_FRAME     a frame of a goroutine that has not run since the mark began: the collector
 *                     scanned exactly this frame, by exactly this stack map
 *   GT_LEAD_STACK     a stack that was used since the mark began: a word that no frame uses now. A
 *                     free stack was used since if it leads to an object that was allocated since
 *   GT_LEAD_BARRIER   the buffer of a P's write barrier: the program wrote or overwrote a pointer
 *                     to the object while the collector marked, which marks the object
 *   GT_LEAD_UNWALKED  a stack whose frames could not be walked to the end: roots may be missed
 *   GT_LEAD_OBJECT    an object allocated since the mark that is itself unreachable
 *   GT_LEAD_FREED     freed memory: free slots, objects that the mark did not reach, free stacks
 *                     and pages. It is no evidence: live objects have such words as often
 *
 * Words that cannot be roots or edges are not tested: sections and spans without pointers, the ends
 * of slots beyond their object, and stacks of threads. Nor are the numbers in gs, ms and Ps, such
 * as bounds of stacks, and those that are numbers by the types of globals, where there are types.
 *
 * Roots that the runtime keeps elsewhere (specials, queues, mcaches) are not searched here, since
 * memory beside them holds leftovers of the mark and the allocators. They are walked (roots.h), and
 * what cannot be read of them is reported as missing.
 */
#ifndef GT_RUNTIME_LEADS_H
#define GT_RUNTIME_LEADS_H

#include "inspector/base/hash.h"
#include "inspector/runtime/goroutines/goroutines.h"
#include "inspector/runtime/heap/gcmarks.h"

enum gt_lead {
    GT_LEAD_WORD,
    GT_LEAD_FRAME,
    GT_LEAD_STACK,
    GT_LEAD_UNWALKED,
    GT_LEAD_OBJECT,
    GT_LEAD_BARRIER,
    GT_LEAD_FREED,
    GT_LEADS,
    GT_LEAD_NONE = GT_LEADS
};

struct gt_leads {
    struct gt_bitmap to[GT_LEADS]; /* objects that such a word leads to */
    struct gt_map words[GT_LEADS]; /* such an object -> the address of the first such word */
};

/* Finds the leads to the objects of `wanted`. `live` is gotopsy's live set. */
void gt_leads_find(const struct gt_goheap *heap, const struct gt_goroutines *goroutines,
                   const struct gt_gcmarks *marks, const struct gt_bitmap *live,
                   const struct gt_bitmap *wanted, struct gt_leads *out);
/* Those of stacks and freed memory alone; `recent` as in stack_use.h. */
void gt_leads_in_freed(const struct gt_goheap *heap, const struct gt_goroutines *goroutines,
                       const struct gt_gcmarks *marks, const struct gt_bitmap *recent,
                       const struct gt_bitmap *wanted, struct gt_leads *out);
void gt_leads_deinit(struct gt_leads *leads);

#endif

/*
 * gotopsy's live set against the collector's, object by object, each difference with its reason.
 *
 * The collector's set is that of its last mark, gotopsy's is that of the core. So an object that
 * only the collector has was dropped since the mark began, or gotopsy misses a root or an edge.
 * Counts cannot distinguish these; the core can (roots/traces.h), for each object:
 *
 *   explained, dropped since the last collection began:
 *     dead stack word   it is led to only by a word that no frame uses any more, in a stack that
 *                       was used since
 *     dead object       it is led to only by an unreachable object that was allocated since
 *     alike             no word that could be a root or an edge leads to it, whatever masks and
 *                       stack maps say, and an object of its kind was allocated since, or dropped
 *                       by one of the two reasons above
 *     freed             as "alike", but an object of its kind was freed
 *     made              as "alike", but code that makes such objects has run since
 *     retired           it is the runtime's own, and its contents say that it is out of use
 *     tiny block        no word leads to it, and an allocator of 16-byte blocks may have held it
 *                       during the mark (mcache.tiny): one for each P at most
 *   not explained:
 *     word              a word of live memory that is no pointer by the masks leads to it: an edge
 *                       or a root may be missed
 *     unwalked stack    a word of a stack leads to it whose frames could not be walked to the end;
 *                       or the stack of some goroutine is not known
 *     missed special    the runtime counts more finalizers, cleanups or weak handles than were
 *                       found: one of them may lead to it (heap/special_counts.h)
 *     quiet             nothing has run since that could have dropped it
 *     nothing           none of all these: a root or an edge may be damaged or missed
 *     parked frame      as "nothing", and a word of a frame that has not run since leads to it. The
 *                       word is dead by its stack map, as it was to the mark
 *     missing memory    what leads to it may be in memory that the core lacks
 *
 * "Leads to" includes paths through other objects of the same sort. Evidence for a missed root or
 * edge has precedence. What is known of an object's kind is evidence that such objects come and go,
 * not of what held this one. Where the program drops such objects all the time, a word that was
 * damaged in the core looks like one that the program cleared.
 *
 * Some objects are made once and dropped, such as the buffer for a file that is read as the program
 * begins. Nothing in the core distinguishes them from objects that a damaged word led to. So the
 * comparison is uncertain where the program has worked since the mark and few objects are left
 * over; it differs where the program has not, or many are left over.
 *
 * Objects that only gotopsy has are those that the mark did not reach, and free slots that a live
 * pointer leads to. The mark cannot have missed either. So only words that need not be pointers, in
 * frames without usable maps, explain them.
 *
 * During a mark, or before the first one, no comparison is possible: differences are counted
 * against the marks that exist, and none is judged.
 */
#ifndef GT_RUNTIME_COMPARE_H
#define GT_RUNTIME_COMPARE_H

#include "inspector/base/numbers.h"
#include "inspector/runtime/heap/gcmarks.h"
#include "inspector/runtime/roots/live.h"

enum gt_reason {
    GT_REASON_STACK,
    GT_REASON_OBJECT,
    GT_REASON_ALIKE,
    GT_REASON_FREED,
    GT_REASON_MADE,
    GT_REASON_RETIRED,
    GT_REASON_TINY,
    GT_REASON_CONSERVATIVE, /* ours alone */
    GT_REASON_WORD,
    GT_REASON_UNWALKED,
    GT_REASON_SPECIAL,
    GT_REASON_FRAME,
    GT_REASON_QUIET,
    GT_REASON_NOTHING,
    GT_REASON_MISSING,
    GT_REASON_UNMARKED,    /* ours alone */
    GT_REASON_UNALLOCATED, /* ours alone */
    GT_REASON_UNJUDGED,    /* nothing to compare with */
    GT_REASONS
};

struct gt_reason_count {
    uint64_t objects, bytes;
    struct gt_u64s examples; /* the first few addresses */
};

struct gt_comparison {
    uint64_t gc_objects, gc_bytes;   /* marked by the collector */
    uint64_t own_objects, own_bytes; /* live according to gotopsy, among the objects that the
                                      * collector judged */
    uint64_t unjudged;               /* objects allocated since */
    uint64_t ran_since;              /* goroutines of the program that ran since the mark began */
    struct gt_reason_count only_gc[GT_REASONS], only_own[GT_REASONS];
};

const char *gt_reason_name(enum gt_reason reason);
bool gt_reason_explains(enum gt_reason reason); /* else the difference stays unexplained */

/* The number of objects without evidence for or against a missed root or edge, if nothing else is
 * unexplained and at least ten times as many objects were allocated or dropped since; else 0. */
uint64_t gt_comparison_uncertain(const struct gt_comparison *comparison);

/* Keeps at most `examples` addresses for each reason. `live` is the live set, or NULL if it is not
 * marked yet. */
void gt_compare(const struct gt_goheap *heap, const struct gt_goroutines *goroutines,
                const struct gt_specials *specials, const struct gt_roots *roots,
                const struct gt_gcmarks *marks, const struct gt_bitmap *live, size_t examples,
                struct gt_comparison *out);

/* Records the differences that no evidence explains as contradictions of the core. Records none if
 * the core lacks memory, which explains them all, or if the comparison is uncertain: a program that
 * works makes and drops objects of which no evidence is left. */
void gt_comparison_contradict(const struct gt_comparison *comparison, struct gt_process *process);
void gt_comparison_deinit(struct gt_comparison *comparison);

#endif

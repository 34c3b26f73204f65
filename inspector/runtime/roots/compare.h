/*
 * Compares the live set with the collector's, object by object. Each difference has one reason.
 *
 * The collector's set is what its last mark reached; gotopsy's is what the core reaches. If only
 * the collector has an object, either the program dropped the object since the mark began, or
 * gotopsy misses a root or an edge. Numbers of objects do not show which. The core shows it, for
 * each object (traces.h).
 *
 * Invariants:
 *   - A reason that speaks for a missed root or edge comes before all others.
 *   - "Leads to" includes paths through other objects of the same sort.
 *   - Without marks to compare with, during a mark or before the first one, no object is judged.
 *
 * Evidence by kind shows that such objects come and go, not what held this one. If the program
 * drops such objects all the time, a word that was damaged in the core looks like one that the
 * program cleared. And some objects are made once and dropped, such as the buffer for a file that
 * the program reads as it begins. They look like objects that a damaged word led to. So the
 * comparison is uncertain if few objects are left over and the program has worked since the mark.
 * It differs if many are left over, or if the program has not worked. It is also uncertain if
 * objects of a kind that comes and goes are gone in far greater numbers: the program has dropped
 * them all, or a word that led to them is damaged.
 *
 * If only gotopsy has an object, the mark did not reach it, or it is a free slot that a live
 * pointer leads to. The mark cannot have missed either. Only words that need not be pointers
 * explain these: words of frames without usable stack maps.
 */
#ifndef GT_RUNTIME_COMPARE_H
#define GT_RUNTIME_COMPARE_H

#include "inspector/base/numbers.h"
#include "inspector/runtime/heap/gcmarks.h"
#include "inspector/runtime/roots/live.h"

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

bool gt_reason_explains(enum gt_check_reason reason); /* else the difference stays unexplained */

/* The number of objects without evidence for or against a missed root or edge, if nothing else is
 * unexplained and at least ten times as many objects were allocated or dropped since; else 0.
 * Objects of a kind that comes and goes, but too many of it, are counted in any case. */
uint64_t gt_comparison_uncertain(const struct gt_comparison *comparison);

/* Keeps at most `examples` addresses for each reason. `live` is the live set, or NULL if it is not
 * marked yet. */
void gt_compare(const struct gt_goheap *heap, const struct gt_goroutines *goroutines,
                const struct gt_specials *specials, const struct gt_roots *roots,
                const struct gt_gcmarks *marks, const struct gt_bitmap *live, size_t examples,
                struct gt_comparison *out);

/* Records the differences that no evidence explains as contradictions of the core. Records none if
 * the core lacks memory, which explains them all. An uncertain comparison is no contradiction,
 * since a program that works has such objects at any time: it is a line of the coverage. */
void gt_comparison_contradict(const struct gt_comparison *comparison, struct gt_process *process);
void gt_comparison_deinit(struct gt_comparison *comparison);

#endif

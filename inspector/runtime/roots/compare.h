/*
 * Compares the live set with the collector's, object by object. Each difference has one reason.
 *
 * The collector's set is what its last mark reached; gotopsy's is what the core reaches. If only
 * the collector has an object, either the program dropped the object since the mark began, or
 * gotopsy misses a root or an edge, or a word that led to the object is damaged in the core.
 * Numbers of objects do not show which. The core shows it, for each object (traces.h).
 *
 * Invariants:
 *   - A reason that speaks for a missed root or edge comes before all others.
 *   - A reason that explains has a word in the core for each object, which gotopsy can name.
 *   - "Leads to" includes paths through other objects of the same sort.
 *   - Without marks to compare with, during a mark or before the first one, no object is judged.
 *
 * What a reason says of the core (enum gt_standing):
 *   explains  the program dropped the object, or no word must keep it
 *   against   gotopsy misses what leads to it, or the core is damaged
 *   plausible objects like it come and go. That is what the program does all the time, and does not
 *             show what held this one
 *   no trace  nothing leads to it, or freed memory alone, and nothing is known of its kind
 *
 * The last two are uncertain. The program may have dropped such an object by clearing one word, and
 * a core in which this one word is damaged is the same, bit for bit. So they are no contradiction,
 * however many they are, except in two cases, in which the program did not drop them:
 *   - The core contradicts itself (contradictions.h): it is damaged. Where pages were wiped, spans,
 *     types and lists no longer fit together. Then the reason is GT_REASON_DAMAGED.
 *   - The program has left no trace of work since the mark: it has allocated nothing, and dropped
 *     nothing that is known. Then it did not drop what nothing is known of, either.
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
    struct gt_u64s words;    /* for each of them the address of the word that shows the reason; 0:
                              * none does, or it is in a register */
};

struct gt_comparison {
    uint64_t gc_objects, gc_bytes;   /* marked by the collector */
    uint64_t own_objects, own_bytes; /* live according to gotopsy, among the objects that the
                                      * collector judged */
    uint64_t unjudged;               /* objects allocated since */
    uint64_t ran_since;              /* goroutines of the program that ran since the mark began */
    struct gt_reason_count only_gc[GT_REASONS], only_own[GT_REASONS];
};

enum gt_standing { GT_AGAINST, GT_EXPLAINS, GT_PLAUSIBLE, GT_WITHOUT_A_TRACE };
enum gt_standing gt_reason_standing(enum gt_check_reason reason);

static inline bool gt_reason_explains(enum gt_check_reason reason)
{
    return gt_reason_standing(reason) == GT_EXPLAINS;
}

/* The number of objects without evidence for or against a missed root or edge, if no difference
 * speaks against gotopsy or the core; else 0. */
uint64_t gt_comparison_uncertain(const struct gt_comparison *comparison);

struct gt_compare_options {
    size_t examples; /* addresses to keep for each reason */
    bool words;      /* and those of the words that show it */
};

/* `live` is the live set. */
void gt_compare(const struct gt_goheap *heap, const struct gt_goroutines *goroutines,
                const struct gt_specials *specials, const struct gt_roots *roots,
                const struct gt_gcmarks *marks, const struct gt_bitmap *live,
                const struct gt_compare_options *options, struct gt_comparison *out);

/* Records the differences that no evidence explains as contradictions of the core. Records none if
 * the core lacks memory, which explains them all. An uncertain comparison is no contradiction,
 * since a program that works has such objects at any time: it is a line of the coverage. */
void gt_comparison_contradict(const struct gt_comparison *comparison, struct gt_process *process);
void gt_comparison_deinit(struct gt_comparison *comparison);

#endif

/*
 * gotopsy's live set against the collector's, object by object, each difference with its reason.
 *
 * The collector's set is that of its last mark, ours is that of the core. So an object that only
 * the collector has was dropped since the mark began, or gotopsy misses a root or an edge. A count
 * cannot tell the two apart; the words of the core can (runtime/leads.h), for each object:
 *
 *   explained, dropped since the last collection began:
 *     dead stack word   only what frames no longer use leads to it, in a stack that was used since
 *     dead object       only an unreachable object leads to it that was allocated since
 *     nothing           no word that could be a root or an edge leads to it, whatever masks and
 *                       stack maps say: no root is missed. The program has run since, so it can
 *                       have dropped the last one
 *     parked frame      a word of a frame that has not run since leads to it, dead by its stack
 *                       map, as it was to the mark; another goroutine has dropped it. The weakest
 *                       evidence: it trusts that the stack map is read rightly
 *     tiny block        as nothing, and an allocator of 16-byte blocks may have held it during the
 *                       mark (mcache.tiny): one for each P at most
 *   not explained:
 *     word              a word of live memory that the masks say is no pointer leads to it: an
 *                       edge or a root may be missed
 *     unwalked stack    a word of a stack leads to it whose frames could not be walked to the end;
 * or where some goroutine's stack lies is not known missed special    the runtime counts more
 * finalizers, cleanups or weak handles than were found: one of them may lead to it
 * (heap/special_counts.h) quiet             nothing has run since that could have dropped it,
 * whatever led to it missing memory    what leads to it may lie in memory that the core lacks
 *
 * "Leads to" includes leading there through other objects of the same kind. What speaks for a
 * missed root or edge outweighs all that speaks against it. "Nothing" holds for memory, not for
 * what an edge might have been before it was overwritten: a word that was damaged in the core
 * looks as one that the program cleared, as long as any of the program's goroutines has run.
 *
 * What gotopsy alone holds live is: objects the mark did not reach, and free slots that a live
 * pointer of ours leads to. The mark cannot have missed either, so only words that need not be
 * pointers, of frames without usable maps, explain them.
 *
 * Within a mark, or before the first, there is nothing to compare with: differences are counted
 * against the marks that are there, and none is judged.
 */
#ifndef GT_RUNTIME_COMPARE_H
#define GT_RUNTIME_COMPARE_H

#include "inspector/runtime/heap/gcmarks.h"
#include "inspector/runtime/roots/live.h"

enum gt_reason {
    GT_REASON_STACK,
    GT_REASON_OBJECT,
    GT_REASON_DROPPED,
    GT_REASON_TINY,
    GT_REASON_CONSERVATIVE, /* ours alone */
    GT_REASON_WORD,
    GT_REASON_UNWALKED,
    GT_REASON_SPECIAL,
    GT_REASON_FRAME,
    GT_REASON_QUIET,
    GT_REASON_MISSING,
    GT_REASON_UNMARKED, /* ours alone */
    GT_REASON_FREE,     /* ours alone */
    GT_REASON_UNJUDGED, /* nothing to compare with */
    GT_REASONS
};

struct gt_reason_count {
    uint64_t objects, bytes;
    struct gt_vec examples; /* uint64_t addresses, the first few */
};

struct gt_comparison {
    uint64_t gc_objects, gc_bytes;   /* marked by the collector */
    uint64_t own_objects, own_bytes; /* live by gotopsy, among what the collector judged */
    uint64_t unjudged;               /* allocated since */
    uint64_t ran_since;              /* goroutines of the program that ran since the mark began */
    struct gt_reason_count only_gc[GT_REASONS], only_own[GT_REASONS];
};

const char *gt_reason_name(enum gt_reason reason);
bool gt_reason_explains(enum gt_reason reason); /* else the difference stays unexplained */

/* At most `examples` addresses are kept for each reason. */
void gt_compare(const struct gt_goheap *heap, const struct gt_goroutines *goroutines,
                const struct gt_specials *specials, const struct gt_roots *roots,
                const struct gt_gcmarks *marks, size_t examples, struct gt_comparison *out);
void gt_comparison_deinit(struct gt_comparison *comparison);

#endif

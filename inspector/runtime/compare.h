/*
 * gotopsy's live set against the collector's, object by object, each difference with its reason.
 *
 * A reason needs evidence for each object (none is "floating garbage"):
 *   tiny block          an allocator of 16-byte blocks held it during the mark (mcache.tiny)
 *   finalizer           the sweep marks an object when it queues its finalizer
 *   conservative stack  a conservative scan of every stack reaches it: it was dropped since. Few
 *                       objects are; more than 1% means that we miss what the stacks hold
 *   dropped since       the program ran on: since the mark it allocated more objects than these;
 *                       on a quiet core, where it allocated nothing, this explains nothing
 *
 * Where a stack's walk was broken nothing is explained by either of the last two.
 *
 * What gotopsy alone holds live is: objects the mark did not reach, and free slots that a live
 * pointer of ours leads to, which would mean that we follow pointers that the collector does not.
 */
#ifndef GT_RUNTIME_COMPARE_H
#define GT_RUNTIME_COMPARE_H

#include "inspector/runtime/gcmarks.h"
#include "inspector/runtime/live.h"

enum gt_reason {
    GT_REASON_TINY,
    GT_REASON_FINALIZER,
    GT_REASON_STACK,
    GT_REASON_DROPPED,
    GT_REASON_NONE,
    GT_REASONS
};

struct gt_comparison {
    uint64_t gc_objects, gc_bytes;   /* marked by the collector */
    uint64_t own_objects, own_bytes; /* live by gotopsy, among what the collector judged */
    uint64_t unjudged;
    uint64_t only_gc[GT_REASONS], only_gc_bytes;
    uint64_t only_own[GT_REASONS], only_own_bytes;
    struct gt_vec examples; /* uint64_t addresses of unexplained objects, the first few */
};

const char *gt_reason_name(enum gt_reason reason);

void gt_compare(const struct gt_goheap *heap, const struct gt_goroutines *goroutines,
                const struct gt_roots *roots, const struct gt_specials *specials,
                const struct gt_gcmarks *marks, struct gt_comparison *out);
void gt_comparison_deinit(struct gt_comparison *comparison);

#endif

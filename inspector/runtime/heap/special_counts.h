/*
 * Compares the number of specials that were read with the runtime's own counts.
 *
 * Specials are roots in the runtime's own memory, and nothing else in the core leads to them. Two
 * counts of the runtime show that one is missed (runtime/mheap.go). Each span with a special sets
 * its first page's bit in heapArena.pageSpecials. The allocator of each kind counts the bytes in
 * use. A running thread may have changed one count and not the other yet, so the caller passes how
 * many run.
 */
#ifndef GT_RUNTIME_SPECIAL_COUNTS_H
#define GT_RUNTIME_SPECIAL_COUNTS_H

#include "inspector/runtime/heap/specials.h"

/* A lower bound of the specials that were missed: those that the runtime counted beyond those that
 * were read. `running` goroutines may each be adding or freeing some. It is 0 too when there are no
 * counts. */
uint64_t gt_specials_missed(const struct gt_goheap *heap, const struct gt_specials *specials,
                            uint64_t running);

#endif

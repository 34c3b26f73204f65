/*
 * What the runtime itself notes of how many specials there are, held against those that were read.
 *
 * Specials are roots that lie in memory of the runtime's own: nothing else in the core leads to
 * them. Two notes of the runtime tell that one is missed (runtime/mheap.go): each span that has any
 * sets its first page's bit in heapArena.pageSpecials, and each kind's allocator counts the bytes
 * in use. A thread that runs may be between the two: the caller says how many do.
 */
#ifndef GT_RUNTIME_SPECIAL_COUNTS_H
#define GT_RUNTIME_SPECIAL_COUNTS_H

#include "inspector/runtime/heap/specials.h"

/* How many specials are missed for sure: those that the notes tell of beyond those that were read,
 * where `running` goroutines may each be adding or freeing some. 0 too where there are no notes. */
uint64_t gt_specials_missed(const struct gt_goheap *heap, const struct gt_specials *specials,
                            uint64_t running);

#endif

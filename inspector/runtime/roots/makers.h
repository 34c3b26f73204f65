/*
 * Which dropped objects are of a kind that code makes which has run since the last mark.
 *
 * Which code has run: a return address lies in a stack that was used since the mark. So its
 * function has run up to that address, and so have the functions that it calls up to there, and
 * theirs.
 *
 * What code makes: code that makes an object refers to the object's type. Code that makes a closure
 * refers to the closure's function. If the allocator did not record the object's type, a type of
 * the same kind (kinds.h) is enough.
 */
#ifndef GT_RUNTIME_MAKERS_H
#define GT_RUNTIME_MAKERS_H

#include "inspector/runtime/goroutines/goroutines.h"
#include "inspector/runtime/heap/spans.h"

/* Sets in `made` those of `wanted` that code which has run since makes. `recent` is as in
 * stack_use.h. */
void gt_makers_find(const struct gt_goheap *heap, const struct gt_goroutines *goroutines,
                    const struct gt_bitmap *recent, const struct gt_bitmap *wanted,
                    struct gt_bitmap *made);

#endif

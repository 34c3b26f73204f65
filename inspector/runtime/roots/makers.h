/*
 * Which dropped objects are such as code makes that has run since.
 *
 * A return address in a stack that was used since the last mark says that its function has run, up
 * to there, and called what that code calls, and what that calls. Code that makes an object refers
 * to its type; code that makes a closure refers to its function, which has run too if a return
 * address lies in it. Where the object does not tell its type, a type of the same kind (kinds.h)
 * will do.
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

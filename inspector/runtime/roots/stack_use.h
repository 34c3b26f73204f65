/*
 * Which stack memory was used since the last mark began, and so may hold words of objects that were
 * dropped since.
 */
#ifndef GT_RUNTIME_STACK_USE_H
#define GT_RUNTIME_STACK_USE_H

#include "inspector/runtime/goroutines/goroutines.h"
#include "inspector/runtime/heap/spans.h"

enum gt_stack_use {
    GT_STACK_USED,    /* of a goroutine that has run since, or has ended since, from end to end */
    GT_STACK_UNUSED,  /* the frames of a goroutine that has not run since: the mark saw them so */
    GT_STACK_CUT_OFF, /* whose frames could not be walked to the end, from end to end */
    GT_STACK_FREE,    /* of a goroutine that has ended or needed a larger one, at any time */
};

/* Has the goroutine run since the last mark began? The mark records when it first saw a goroutine
 * wait (g.waitsince), and running clears that. A goroutine that was scanned while it helped to mark
 * has such a record too. It has run if it has allocated (g.gcAssistBytes, cleared when a cycle
 * begins), or if it still waits for the collector. A system call is recorded and cleared likewise.
 * A switch to a coroutine does not clear its record. Package unique's goroutine runs in each
 * collection. */
bool gt_ran_since(const struct gt_process *process, const struct gt_goroutine *g);

/* Calls `visit` for each stack. Those of threads are left out: the mark itself ran on them. A free
 * stack was used since if it leads to one of the objects in `recent`, allocated or dropped
 * since. */
typedef void gt_stack_fn(void *ctx, uint64_t from, uint64_t to, enum gt_stack_use use);
void gt_stack_use(const struct gt_goheap *heap, const struct gt_goroutines *goroutines,
                  const struct gt_bitmap *recent, gt_stack_fn *visit, void *ctx);
/* The same for pages that were freed, most of which were stacks. Reads all free pages, so call it
 * only for objects of which nothing else is known. */
void gt_stack_use_freed(const struct gt_goheap *heap, const struct gt_bitmap *recent,
                        gt_stack_fn *visit, void *ctx);

#endif

/*
 * The source locations of code addresses, for findings and goroutines. Everything belongs to the
 * storage that the caller gives.
 */
#ifndef GT_DETECT_LOCATIONS_H
#define GT_DETECT_LOCATIONS_H

#include "gotypes/code/arguments.h"
#include "inspector/detect/heap_analysis.h"
#include "inspector/runtime/goroutines/thread_walk.h"

/* The calls at pc, inlined ones first. For a return address `is_return` looks at the call itself.
 */
struct gt_stack gt_locations_at(const struct gt_process *process, struct gt_arena *storage,
                                uint64_t pc, bool is_return);

/* The calls that runtime.Callers gave these pcs for. */
struct gt_stack gt_locations_called(const struct gt_process *process, struct gt_arena *storage,
                                    const uint64_t *pcs, size_t count);

/* A goroutine's stack. C functions that it is in come first, by their symbols and without a place
 * in the source; one without a symbol is "? (libc.so.6)", after the file it is in. */
struct gt_stack gt_locations_of(const struct gt_process *process,
                                const struct gt_goroutines *goroutines,
                                const struct gt_goroutine *g, struct gt_arena *storage);

/* What a thread does above its goroutine's stack, as far as that is the thread's own. */
struct gt_stack gt_locations_of_thread(const struct gt_process *process,
                                       const struct gt_thread_walk *walk, struct gt_arena *storage);

/* How many frames gt_locations_of() leaves out before this one, in the middle of a long stack. */
uint32_t gt_locations_gap(const struct gt_goroutine *g, uint32_t index);

/* The arguments of the call that one of a goroutine's frames is. */
size_t gt_location_arguments(const struct gt_process *process,
                             const struct gt_goroutines *goroutines, const struct gt_goroutine *g,
                             uint32_t frame, struct gt_argument *out, size_t max);

/* Where the goroutine was started; its function is NULL when that is unknown. */
struct gt_source_location gt_location_created(const struct gt_process *process,
                                              const struct gt_goroutine *g,
                                              struct gt_arena *storage);

/* The function that this is inlined into, or it itself; NULL when unknown. */
const char *gt_location_created_in(const struct gt_process *process, const struct gt_goroutine *g,
                                   struct gt_arena *storage);

/* How much a place says of where a person is to look: 0 for what only parks goroutines, most for
 * the program's own code. */
unsigned gt_location_rank(const struct gt_source_location *place);

/* The first place of a stack that is the program's own; else the first of a dependency; else of
 * Go's library, but for what only parks goroutines. NULL when there is none. */
const struct gt_source_location *gt_locations_user(const struct gt_stack *stack);

/* The same, never in Go's library: a place where a person can mend something. */
const struct gt_source_location *gt_locations_own(const struct gt_stack *stack);

/* The function that a person finds at a place in the source: the place's own, but for a closure
 * that is named after the caller of the inlined function that it was written in. Only for what is
 * told.
 */
const char *gt_location_name(const struct gt_heap_analysis *analysis,
                             const struct gt_source_location *place);

/* Where a sampled object was allocated; empty when the core holds no sample of it. */
struct gt_stack gt_locations_allocated(const struct gt_heap_analysis *analysis, uint32_t object);

#endif

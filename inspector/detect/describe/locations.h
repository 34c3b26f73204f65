/*
 * The source locations of code addresses, for findings and goroutines. All results belong to the
 * storage that the caller passes.
 */
#ifndef GT_DETECT_LOCATIONS_H
#define GT_DETECT_LOCATIONS_H

#include "gotypes/code/arguments.h"
#include "inspector/detect/heap_analysis.h"
#include "inspector/runtime/goroutines/thread_walk.h"

/* The calls at pc, inlined ones first. With `is_return` pc is a return address, and the call before
 * it is meant. */
struct gt_stack gt_locations_at(const struct gt_process *process, struct gt_arena *storage,
                                uint64_t pc, bool is_return);

/* The calls for pcs that runtime.Callers returned. */
struct gt_stack gt_locations_called(const struct gt_process *process, struct gt_arena *storage,
                                    const uint64_t *pcs, size_t count);

/* The calls at each pc that was described with this cache. The stacks of a program share most of
 * their pcs. A zeroed cache is empty. All stacks of one cache go to one storage, which must outlive
 * it. */
struct gt_location_cache {
    struct gt_map runs;  /* pc << 1 | is_return -> where its calls start in `calls`, + 1 */
    struct gt_vec calls; /* the calls of one pc after the other */
};

void gt_location_cache_deinit(struct gt_location_cache *cache);

/* A goroutine's stack. The C functions that it called come first, by their symbols and without a
 * source location. One without a symbol is "? (libc.so.6)", with the name of its file. */
struct gt_stack gt_locations_of(const struct gt_process *process,
                                const struct gt_goroutines *goroutines,
                                const struct gt_goroutine *g, struct gt_arena *storage);
/* The same for one of many goroutines. */
struct gt_stack gt_locations_of_many(struct gt_location_cache *cache,
                                     const struct gt_process *process,
                                     const struct gt_goroutines *goroutines,
                                     const struct gt_goroutine *g, struct gt_arena *storage);

/* The frames of a thread above its goroutine's stack that are the thread's own. */
struct gt_stack gt_locations_of_thread(const struct gt_process *process,
                                       const struct gt_thread_walk *walk, struct gt_arena *storage);

/* How many frames gt_locations_of() leaves out before this one, in the middle of a long stack. */
uint32_t gt_locations_gap(const struct gt_goroutine *g, uint32_t index);

/* The arguments of the call that is one of a goroutine's frames. */
size_t gt_location_arguments(const struct gt_process *process,
                             const struct gt_goroutines *goroutines, const struct gt_goroutine *g,
                             uint32_t frame, struct gt_argument *out, size_t max);

/* Where the goroutine was started; its function is NULL when that is not known. */
struct gt_source_location gt_location_created(const struct gt_process *process,
                                              const struct gt_goroutine *g,
                                              struct gt_arena *storage);

/* The function into which that one is inlined, or that function itself; NULL when not known. */
const char *gt_location_created_in(const struct gt_process *process, const struct gt_goroutine *g,
                                   struct gt_arena *storage);

/* How useful a location is to a person: 0 for functions that only park goroutines, most for the
 * program's own code. */
unsigned gt_location_rank(const struct gt_source_location *place);

/* The first location of a stack that is the program's own; else the first of a dependency; else the
 * first of Go's library that does more than park goroutines. NULL when there is none. */
const struct gt_source_location *gt_locations_user(const struct gt_stack *stack);

/* Whose code waits: the origin of the innermost call that is not of Go's library, which is the
 * origin of them all if there is none. */
static inline enum gt_origin gt_locations_origin(const struct gt_stack *stack)
{
    for (size_t i = 0; i < stack->count; i++)
        if (stack->locations[i].origin != GT_ORIGIN_LIBRARY) return stack->locations[i].origin;
    return GT_ORIGIN_LIBRARY;
}

/* The same as gt_locations_user(), never in Go's library: a location where the user can change the
 * code. */
const struct gt_source_location *gt_locations_own(const struct gt_stack *stack);

/* The function that contains a location in the source. It is the location's own function, except
 * for a closure that is named after the caller of the inlined function that contains it. Only for
 * locations that the report shows. */
const char *gt_location_name(const struct gt_heap_analysis *analysis,
                             const struct gt_source_location *place);

/* Where a sampled object was allocated; empty when the core holds no sample of it. */
struct gt_stack gt_locations_allocated(const struct gt_heap_analysis *analysis, uint32_t object);

#endif

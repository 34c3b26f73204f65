/*
 * Does the runtime say the same where it says a thing twice? Each check holds a list, a count or a
 * state against its twin, and records what differs (runtime/process/contradictions.h). Only reads.
 *
 * Threads may have been stopped anywhere, so a pair is compared only where no order of the
 * runtime's own steps makes it differ: not while the lock that guards it is held, and counts that
 * no lock guards up to the number of Ps that run. What the core or this version of Go lacks is not
 * compared.
 */
#ifndef GT_RUNTIME_CONSISTENCY_H
#define GT_RUNTIME_CONSISTENCY_H

#include "inspector/runtime/goroutines/goroutines.h"
#include "inspector/runtime/heap/specials.h"

/* Goroutines, threads, Ps, timers and semaphores. */
void gt_consistency_of_goroutines(struct gt_process *process,
                                  const struct gt_goroutines *goroutines);

/* Spans, their pages and their specials. */
void gt_consistency_of_heap(const struct gt_goheap *heap, const struct gt_goroutines *goroutines,
                            const struct gt_specials *specials);

/* The parts of the above. */
void gt_consistency_of_spans(const struct gt_goheap *heap);
void gt_consistency_of_pages(const struct gt_goheap *heap);
void gt_consistency_of_scheduler(struct gt_process *process,
                                 const struct gt_goroutines *goroutines);
void gt_consistency_of_code(struct gt_process *process, const struct gt_goroutines *goroutines);
void gt_consistency_of_queues(struct gt_process *process);
void gt_consistency_of_defers(struct gt_process *process, uint64_t g);
void gt_consistency_of_objects(const struct gt_goheap *heap);

/* How many Ps run: each thread that has one may be in the middle of something. */
uint64_t gt_running_processors(const struct gt_process *process);

/* The Ps, by the runtime's list; empty when that cannot be read. */
struct gt_slice gt_processors(const struct gt_process *process);

/* Is the runtime's lock at `owner` held? It is taken for held where its place is not known. */
bool gt_lock_is_held(const struct gt_process *process, uint64_t owner, enum gt_field_id lock);

#endif

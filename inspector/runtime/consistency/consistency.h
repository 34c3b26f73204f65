/*
 * Compares records that the runtime keeps twice: a list, a count or a state with its counterpart.
 * What differs is recorded (runtime/process/contradictions.h). Only reads.
 *
 * Threads may have been stopped at any instruction. So a pair is compared only if no order of the
 * runtime's own steps makes it differ. It is not compared while the lock that guards it is held.
 * Counts that no lock guards may differ by the number of Ps that run. What the core or this version
 * of Go lacks is not compared.
 */
#ifndef GT_RUNTIME_CONSISTENCY_H
#define GT_RUNTIME_CONSISTENCY_H

#include "inspector/runtime/goroutines/goroutines.h"
#include "inspector/runtime/heap/gcmarks.h"
#include "inspector/runtime/heap/specials.h"

/* Goroutines, threads, Ps, timers and semaphores. */
void gt_consistency_of_goroutines(struct gt_process *process,
                                  const struct gt_goroutines *goroutines);

/* Spans, their pages and their specials. */
void gt_consistency_of_heap(const struct gt_goheap *heap, const struct gt_goroutines *goroutines,
                            const struct gt_specials *specials);

/* Objects and the marks beside them; once for a heap. `live` is what a mark has reached. It has
 * read those objects and noted if one of them has no pointers (graph/heap.h, notes). So of a sound
 * heap only the others are read. */
void gt_consistency_of_objects(const struct gt_goheap *heap, const struct gt_bitmap *live,
                               const struct gt_gcmarks *marks);

/* By how many a map's length and the number of its entries differ; 0 if they are not compared.
 * Several threads may ask at once. */
uint64_t gt_map_apart(const struct gt_process *process, gt_type_id type, uint64_t header);

/* The parts of the first two functions above. */
void gt_consistency_of_spans(const struct gt_goheap *heap);
void gt_consistency_of_pages(const struct gt_goheap *heap);
void gt_consistency_of_collections(const struct gt_goheap *heap);
void gt_consistency_of_scheduler(struct gt_process *process,
                                 const struct gt_goroutines *goroutines);
void gt_consistency_of_code(struct gt_process *process, const struct gt_goroutines *goroutines);
void gt_consistency_of_creations(struct gt_process *process,
                                 const struct gt_goroutines *goroutines);
void gt_consistency_of_waits(struct gt_process *process, const struct gt_goroutines *goroutines);
void gt_consistency_of_tables(struct gt_process *process);
void gt_consistency_of_processors(struct gt_process *process,
                                  const struct gt_goroutines *goroutines);
void gt_consistency_of_threads(struct gt_process *process);
void gt_consistency_of_timers(struct gt_process *process);
void gt_consistency_of_channels(struct gt_process *process, const struct gt_goroutines *goroutines);
void gt_consistency_of_buffers(const struct gt_goheap *heap,
                               const struct gt_goroutines *goroutines);
void gt_consistency_of_defers(struct gt_process *process, uint64_t g);
void gt_consistency_of_stacks(const struct gt_goheap *heap, const struct gt_goroutines *goroutines);
void gt_consistency_of_defer_lists(const struct gt_goheap *heap,
                                   const struct gt_goroutines *goroutines);

/* The number of Ps that run. The thread of each may have been stopped between two steps. */
uint64_t gt_running_processors(const struct gt_process *process);

/* The Ps, by the runtime's list; empty if the list cannot be read. */
struct gt_slice gt_processors(const struct gt_process *process);

/* True for a func value: a pointer to a pointer to a function of Go. */
bool gt_has_code(const struct gt_process *process, uint64_t funcval);

/* True after an instruction that calls, or if the code is not known. */
bool gt_follows_call(const struct gt_process *process, uint64_t pc);

/* Did the process have memory there, dumped or not? */
bool gt_was_mapped(const struct gt_process *process, uint64_t addr);

/* True if the runtime's lock at `owner` is held, or its offset is not known. */
bool gt_lock_is_held(const struct gt_process *process, uint64_t owner, enum gt_field_id lock);

#endif

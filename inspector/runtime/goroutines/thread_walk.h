/*
 * What a thread of the process does, and for which goroutine.
 *
 * A thread's stack is walked until another stack begins: C's functions by libunwind, then those of
 * Go's runtime on g0's stack. The frames of its goroutine belong to the goroutine (goroutines.h).
 * In a signal handler, the walk begins at the instruction that the signal interrupted.
 */
#ifndef GT_RUNTIME_THREAD_WALK_H
#define GT_RUNTIME_THREAD_WALK_H

#include "inspector/base/numbers.h"
#include "inspector/runtime/goroutines/goroutines.h"

enum { GT_MAX_THREAD_FRAMES = 64 }; /* of each sort */

struct gt_thread_walk {
    enum gt_thread_state state;
    bool interrupted; /* interrupted by a signal whose handler it runs */
    struct gt_native_frame natives[GT_MAX_THREAD_FRAMES];
    struct gt_frame frames[GT_MAX_THREAD_FRAMES]; /* the frames of Go's runtime on g0's stack */
    size_t native_count, frame_count;
    const char *why; /* why the frames end early; or NULL */
};

/* `m` is 0 when the thread has none, `g` NULL when it runs no goroutine. */
void gt_thread_walk(struct gt_process *process, const struct gt_thread *thread, uint64_t m,
                    const struct gt_goroutine *g, struct gt_thread_walk *out);

/* The runtime's ms (uint64_t addresses), for the caller to free; empty when the core lacks them. */
struct gt_u64s gt_all_ms(const struct gt_process *process);

#endif

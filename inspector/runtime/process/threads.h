/*
 * The thread of the core that runs an m.
 *
 * An m has its thread's number (m.procid). In a core that was taken from outside the process's PID
 * namespace, for example of a container from its host, threads have other numbers. Then a thread
 * leads to its g (on amd64 through its thread-local storage, on arm64 through R28 while it runs Go
 * code), and the g to its m. This counts if the m leads back to the same g. Numbers come first,
 * unless most threads contradict them.
 *
 * The tables are sorted, since a hostile core may have many threads. They borrow the core.
 */
#ifndef GT_RUNTIME_THREADS_H
#define GT_RUNTIME_THREADS_H

#include "inspector/runtime/process/process.h"

struct gt_threads *gt_threads_create(const struct gt_process *process);
void gt_threads_destroy(struct gt_threads *threads); /* NULL is allowed */

/* Whether the core's threads have other numbers than the process knew them by. */
bool gt_threads_are_renumbered(const struct gt_process *process);

/* The thread that runs an m, or NULL. */
const struct gt_thread *gt_threads_of(const struct gt_process *process, uint64_t m);

#endif

/*
 * Which thread of the core runs which m.
 *
 * An m knows its thread by number (m.procid). In a core that was taken from outside of the
 * process's PID namespace, as of a container from its host, threads have other numbers. But a
 * thread knows its g: on amd64 in its thread-local storage, on arm64 in R28 while it runs Go code;
 * and a g its m. That is believed where the m knows the g, too. Numbers come first, unless most
 * threads contradict them.
 *
 * The tables are sorted, since a core may be of many threads, and hostile. They borrow the core.
 */
#ifndef GT_RUNTIME_THREADS_H
#define GT_RUNTIME_THREADS_H

#include "inspector/runtime/process/process.h"

struct gt_threads *gt_threads_create(const struct gt_process *process);
void gt_threads_destroy(struct gt_threads *threads); /* NULL is allowed */

/* The thread that runs an m, or NULL. */
const struct gt_thread *gt_threads_of(const struct gt_process *process, uint64_t m);

#endif

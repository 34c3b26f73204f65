/*
 * Opens a process: its core, its binary, and then, in this order, the version of Go, the layouts,
 * the modules, the code, the types and the threads. Each step needs those before it.
 *
 * An open process has all of them, except debug information and symbols, which a stripped program
 * lacks. The caller owns it.
 */
#ifndef GT_RUNTIME_OPEN_PROCESS_H
#define GT_RUNTIME_OPEN_PROCESS_H

#include "inspector/runtime/process/process.h"

struct gt_error *gt_process_open(const struct gt_core_options *options,
                                 struct gt_process **process);
void gt_process_close(struct gt_process *process); /* NULL is allowed */

/* The error, with its likely reasons in front: a truncated core, a binary of another build, a Go
 * that is newer than gotopsy knows. Takes over the error; NULL stays NULL. */
struct gt_error *gt_process_explain(const struct gt_process *process, struct gt_error *error);

#endif

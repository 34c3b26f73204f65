/*
 * The receivers of methods on the stack, with their types. Without debug information a receiver is
 * the only variable whose type a stack frame gives: the first argument of "net/http.(*conn).serve"
 * is a *conn. The compiler records where each argument is stored (for tracebacks), and the stack
 * map says whether that word is a pointer.
 *
 * Types are found by their names (gotypes/types/named_types.h); receivers of generic methods are
 * not found. The caller owns the receivers; they borrow the process.
 */
#ifndef GT_RUNTIME_RECEIVERS_H
#define GT_RUNTIME_RECEIVERS_H

#include "inspector/runtime/goroutines/goroutines.h"

struct gt_receivers;

struct gt_receivers *gt_receivers_create(struct gt_process *process);
void gt_receivers_destroy(struct gt_receivers *receivers); /* NULL is allowed */

/* The type that the receiver at `addr` in a frame points to; GT_NO_TYPE when there is none, or its
 * type is not known. */
gt_type_id gt_receiver_at(struct gt_receivers *receivers, const struct gt_frame *frame, bool top,
                          uint64_t addr);

#endif

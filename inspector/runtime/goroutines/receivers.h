/*
 * Receivers of methods: the one kind of variable that a stack frame tells the type of without debug
 * information. A function "net/http.(*conn).serve" has a *conn for its first argument; the
 * compiler notes where each argument's home is (for tracebacks), and the stack map says when a
 * pointer is in it.
 *
 * Types are known by their names (gotypes/types/named_types.h), those of generic methods are not.
 */
#ifndef GT_RUNTIME_RECEIVERS_H
#define GT_RUNTIME_RECEIVERS_H

#include "inspector/runtime/goroutines/goroutines.h"

struct gt_receivers;

struct gt_receivers *gt_receivers_create(struct gt_process *process);
void gt_receivers_destroy(struct gt_receivers *receivers); /* NULL is allowed */

/* What the receiver that a frame has at `addr` points to; GT_NO_TYPE when there is none, or its
 * type is not known. */
gt_type_id gt_receiver_at(struct gt_receivers *receivers, const struct gt_frame *frame, bool top,
                          uint64_t addr);

#endif

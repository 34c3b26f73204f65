/*
 * Closures: the type of a func value, by its function.
 *
 * A func value points to the address of its code, followed by the variables that it captured. The
 * compiler allocates both as a struct {F uintptr; X0 T0; X1 T1; ...}
 * (cmd/compile/internal/typecheck, ClosureType), or {F uintptr; R T} for a method value. The
 * program holds the struct's rtype even when it is stripped. The code that makes a closure refers
 * to that rtype, to allocate it, and then to the function, to store its address: this pairs the
 * two. A function that is paired with different rtypes has no type. The code is read at the first
 * query.
 *
 * The types have the function's name and, with debug information, the names of the captured
 * variables: "main.serve.func1" {name, "&count"}.
 *
 * The same reading of the code tells which rtypes of structs, arrays and slices the code refers to:
 * those of values that it allocates, or puts into interfaces. Generic code has them in
 * dictionaries, which are read too.
 */
#ifndef GT_RUNTIME_CLOSURES_H
#define GT_RUNTIME_CLOSURES_H

#include "inspector/runtime/process/process.h"

struct gt_closures;

/* `threads` read the code, at its first query. */
struct gt_closures *gt_closures_create(struct gt_process *process, unsigned threads);
void gt_closures_destroy(struct gt_closures *closures); /* NULL is allowed */

/* The type of the func values whose code is at `entry`; GT_NO_TYPE when it is not known. */
gt_type_id gt_closure_type(struct gt_closures *closures, uint64_t entry);

/* Does the code, or a dictionary, refer to the rtype of a struct, an array or a slice? */
bool gt_code_refers_to(struct gt_closures *closures, uint64_t rtype);

#endif

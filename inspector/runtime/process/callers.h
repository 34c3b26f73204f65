/*
 * Finds the calls of a function, by their return addresses. Code is not decoded: a call is
 * recognized by its opcode and the address that it would lead to. It keeps no state.
 */
#ifndef GT_RUNTIME_CALLERS_H
#define GT_RUNTIME_CALLERS_H

#include "inspector/runtime/process/process.h"

/* `pc` is the call's return address. */
typedef void gt_caller_fn(void *ctx, uint64_t pc);

/* Visits each call of one of the functions with these names; the list ends with NULL. It reads all
 * of the program's code once, so it is only for calls that the report shows. */
void gt_callers_of(const struct gt_process *process, const char *const *names, gt_caller_fn *visit,
                   void *ctx);

/* Visits each call in the code of [from, to) with the function that it calls. */
typedef void gt_call_fn(void *ctx, uint64_t target, uint64_t pc);
void gt_calls_in(const struct gt_process *process, uint64_t from, uint64_t to, gt_call_fn *visit,
                 void *ctx);

#endif

/*
 * The addresses that the program's own code refers to, one function after the other
 * (unwind/references.h). Each byte of code is read at most once, even if a damaged function table
 * has wrong ends of functions. It keeps no state.
 */
#ifndef GT_RUNTIME_CODE_REFERENCES_H
#define GT_RUNTIME_CODE_REFERENCES_H

#include "inspector/runtime/process/process.h"

/* `entry` is the function's entry. Targets in a function are visited in the order of its code. */
typedef void gt_code_reference_fn(void *ctx, uint64_t entry, uint64_t target);

void gt_code_references(const struct gt_process *process, gt_code_reference_fn *visit, void *ctx);

/* The same of the code of [from, to) alone. */
typedef void gt_target_fn(void *ctx, uint64_t target);
void gt_code_references_in(const struct gt_process *process, uint64_t from, uint64_t to,
                           gt_target_fn *visit, void *ctx);

#endif

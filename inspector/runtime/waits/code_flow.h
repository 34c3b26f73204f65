/*
 * The flow of control in one function: which instructions may run after a given one.
 *
 * Both ways of a branch are followed. A jump to an address in a register may go anywhere in the
 * function. So every instruction that may run is visited, and perhaps some that never run. A visit
 * visits each instruction once, mostly in the order of the code.
 *
 * The flow owns its tables and borrows the process.
 */
#ifndef GT_RUNTIME_CODE_FLOW_H
#define GT_RUNTIME_CODE_FLOW_H

#include "inspector/base/bitmap.h"
#include "inspector/base/numbers.h"
#include "inspector/runtime/process/process.h"
#include "inspector/unwind/instructions.h"

struct gt_code_flow {
    const struct gt_process *process;
    struct gt_func func;
    const unsigned char *code;
    uint64_t size;
    bool arm64;
    struct gt_bitmap joins; /* by byte: a branch or a jump leads there */
    struct gt_bitmap seen;  /* by byte: visited */
    struct gt_u64s work;
};

/* The flow of the function that holds pc. False when there is none or its code is not understood;
 * nothing is to be freed then. */
bool gt_code_flow_init(struct gt_code_flow *flow, const struct gt_process *process, uint64_t pc);
void gt_code_flow_deinit(struct gt_code_flow *flow);

struct gt_flow_step {
    uint64_t pc;
    const unsigned char *bytes;
    struct gt_instruction instruction;
    bool joins; /* other instructions lead there too */
};

/* Returns whether the next instruction may run too. It may not after a call that never returns. */
typedef bool gt_flow_step_fn(void *ctx, const struct gt_flow_step *step);

/* Visits all that may run from pc on, which must be in the function. */
void gt_code_flow_visit(struct gt_code_flow *flow, uint64_t pc, gt_flow_step_fn *visit, void *ctx);

#endif

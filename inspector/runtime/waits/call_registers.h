/*
 * The values of the registers for arguments before a call, as far as the code shows them: addresses
 * that instructions name, the values of variables at these addresses, small numbers. On amd64
 * alone.
 *
 * It follows instructions that run one after the other. Where other instructions lead to one of
 * them, the caller forgets all values.
 */
#ifndef GT_RUNTIME_CALL_REGISTERS_H
#define GT_RUNTIME_CALL_REGISTERS_H

#include "inspector/runtime/waits/code_flow.h"

enum { GT_LOW_REGISTERS = 8 };

struct gt_registers {
    uint64_t value[GT_LOW_REGISTERS];
    unsigned known; /* a bit for each */
};

void gt_registers_follow(struct gt_registers *registers, const struct gt_memory *mem,
                         const struct gt_flow_step *step);

#endif

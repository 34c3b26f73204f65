/*
 * What the first registers hold before a call, as far as the code itself shows it: addresses that
 * instructions name, what variables hold at these addresses, small numbers. On amd64 alone.
 *
 * It follows instructions that run one after the other; where others lead to one too, the caller
 * forgets all that is known.
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

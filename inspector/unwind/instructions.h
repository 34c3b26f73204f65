/*
 * The instructions of Go's code, as far as the flow of control needs them: how long each one is,
 * and where it leads.
 *
 * On amd64 all that Go's compiler makes is decoded; what is not known is an error, never a guess.
 * The addresses of data that an instruction refers to are given on amd64 alone: on arm64 they need
 * two instructions (references.h).
 */
#ifndef GT_UNWIND_INSTRUCTIONS_H
#define GT_UNWIND_INSTRUCTIONS_H

#include <stdbool.h>
#include <stdint.h>

enum gt_flow_kind {
    GT_FLOW_NEXT,     /* goes on behind it */
    GT_FLOW_CALL,     /* calls `target`, and goes on behind it */
    GT_FLOW_BRANCH,   /* goes to `target` or on behind it */
    GT_FLOW_JUMP,     /* goes to `target` */
    GT_FLOW_COMPUTED, /* goes where a register says */
    GT_FLOW_END,      /* returns, or traps */
};

struct gt_instruction {
    enum gt_flow_kind kind;
    unsigned length;
    bool refers;     /* `target` is data that it reads or writes, or whose address it takes */
    bool indirect;   /* a call of what a register or memory says */
    uint64_t target; /* of a call, a branch or a jump; or what it refers to */
};

/* The instruction at `code`, of which `size` bytes are known; its address is `pc`. False when it is
 * not known. */
bool gt_instruction_amd64(const unsigned char *code, uint64_t size, uint64_t pc,
                          struct gt_instruction *out);
bool gt_instruction_arm64(const unsigned char *code, uint64_t size, uint64_t pc,
                          struct gt_instruction *out);

#endif

/*
 * The frames of reflect.makeFuncStub and reflect.methodValueCall: assembly functions that take
 * calls of any signature (runtime/stkframe.go, argMapInternal; reflect/asm_*.s).
 *
 * These functions have no map of their arguments. The function value that was called has one, and
 * the stub keeps that value in its frame. The registers of the call are at the frame's end, as an
 * internal/abi.RegArgs that is in no list of stack objects.
 */
#ifndef GT_RUNTIME_REFLECT_FRAMES_H
#define GT_RUNTIME_REFLECT_FRAMES_H

#include "inspector/runtime/process/process.h"

struct gt_reflect_frame {
    const unsigned char *args; /* the mask of `words` words of arguments; NULL: there is none */
    uint64_t words;
    uint64_t registers;            /* address of the RegArgs; 0: the function had not begun */
    uint64_t registers_size;       /* in bytes */
    const unsigned char *pointers; /* the mask of its words */
    uint64_t register_words;
};

enum gt_reflect_answer {
    GT_NO_REFLECT, /* another function's frame */
    GT_REFLECT,
    GT_REFLECT_LOST, /* a frame of these functions whose function value cannot be read */
};

enum gt_reflect_answer gt_reflect_frame(const struct gt_process *process,
                                        const struct gt_go_frame *frame,
                                        struct gt_reflect_frame *out);

#endif

/*
 * Whether code reads a slot of its own frame. A function keeps what it needs after a call in its
 * frame; a slot that it never reads again holds what was left there before. On amd64 code is not
 * decoded: bytes that are such an instruction count, wherever they begin.
 */
#ifndef GT_UNWIND_STACK_LOADS_H
#define GT_UNWIND_STACK_LOADS_H

#include "gotypes/code/pclntab.h"

/* Does the code of [from, to) read the word at an offset from the stack pointer? False when memory
 * lacks the code. */
bool gt_loads_slot_amd64(const struct gt_memory *mem, uint64_t from, uint64_t to, uint64_t offset);
bool gt_loads_slot_arm64(const struct gt_memory *mem, uint64_t from, uint64_t to, uint64_t offset);

#endif

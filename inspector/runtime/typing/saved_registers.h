/*
 * Where an interrupted goroutine's registers were saved, by the numbers that DWARF gives them.
 *
 * A signal leaves the registers in the goroutine's thread or on its signal stack (registers.h). A
 * goroutine that was preempted asynchronously has them in asyncPreempt's frame, and will go on in
 * the frame above it.
 */
#ifndef GT_RUNTIME_SAVED_REGISTERS_H
#define GT_RUNTIME_SAVED_REGISTERS_H

#include "inspector/runtime/goroutines/goroutines.h"
#include "inspector/runtime/roots/roots.h"

/* Whether a frame's pc is of an instruction that was interrupted, not of a call that returns. */
bool gt_frame_interrupted(const struct gt_process *process, const struct gt_goroutines *goroutines,
                          const struct gt_goroutine *g, uint32_t frame);

/* The frame whose variables a frame's word may be: its own, or the one that asyncPreempt, which has
 * no variables, interrupted. */
uint32_t gt_frame_of_word(const struct gt_process *process, const struct gt_goroutines *goroutines,
                          const struct gt_root *root);

/* The frame whose variables are in the registers of an interrupted goroutine: the innermost, or the
 * next where a second signal came before asyncPreempt's first instruction. GT_NO_FRAME: none, or
 * asyncPreempt may have changed them. */
uint32_t gt_frame_of_registers(const struct gt_process *process,
                               const struct gt_goroutines *goroutines,
                               const struct gt_goroutine *g);

enum { GT_NO_REGISTER = -1 };

/* The register of DWARF's that asyncPreempt saved in a word of its frame. */
int gt_register_saved_at(const struct gt_process *process, const struct gt_goroutines *goroutines,
                         const struct gt_root *root);

/* The register of DWARF's that gt_registers.value[index] is. */
int gt_register_number(const struct gt_process *process, size_t index);

#endif

/*
 * Where an interrupted goroutine's registers were saved, by DWARF's numbers.
 *
 * A signal leaves the registers in the goroutine's thread or on its signal stack (registers.h). A
 * goroutine that was preempted asynchronously has them in asyncPreempt's frame, and will continue
 * in the frame above it.
 */
#ifndef GT_RUNTIME_SAVED_REGISTERS_H
#define GT_RUNTIME_SAVED_REGISTERS_H

#include "inspector/runtime/goroutines/goroutines.h"
#include "inspector/runtime/roots/roots.h"

/* Whether a frame's pc is an instruction that was interrupted, not a return address. */
bool gt_frame_interrupted(const struct gt_process *process, const struct gt_goroutines *goroutines,
                          const struct gt_goroutine *g, uint32_t frame);

/* The frame whose variables may contain a frame's word: its own, or the one that asyncPreempt
 * interrupted, which has no variables itself. */
uint32_t gt_frame_of_word(const struct gt_process *process, const struct gt_goroutines *goroutines,
                          const struct gt_root *root);

/* The frame whose variables are in the registers of an interrupted goroutine: the innermost one, or
 * the next one if a second signal came before asyncPreempt's first instruction. GT_NO_FRAME: none,
 * or asyncPreempt may have changed the registers. */
uint32_t gt_frame_of_registers(const struct gt_process *process,
                               const struct gt_goroutines *goroutines,
                               const struct gt_goroutine *g);

enum { GT_NO_REGISTER = -1 };

/* DWARF's number of the register that asyncPreempt saved in a word of its frame. */
int gt_register_saved_at(const struct gt_process *process, const struct gt_goroutines *goroutines,
                         const struct gt_root *root);

/* DWARF's number of the register in gt_registers.value[index]. */
int gt_register_number(const struct gt_process *process, size_t index);

#endif

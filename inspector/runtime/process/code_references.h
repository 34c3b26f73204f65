/*
 * The addresses that the program's own code refers to (unwind/references.h). Each byte of code is
 * read at most once, even if a damaged function table has wrong ends of functions. It keeps no
 * state.
 */
#ifndef GT_RUNTIME_CODE_REFERENCES_H
#define GT_RUNTIME_CODE_REFERENCES_H

#include "inspector/base/vec.h"
#include "inspector/runtime/process/process.h"

/* What is noted of some functions. */
struct gt_code_notes {
    struct gt_vec list;
    uint64_t kept; /* the visitor's own, for one function: 0 at its first target */
};

/* `entry` is the function's entry. Targets in a function are visited in the order of its code.
 * Several threads visit at once, each with notes of its own. */
typedef void gt_code_note_fn(const void *ctx, struct gt_code_notes *notes, uint64_t entry,
                             uint64_t target);

/* Adds all lists to `out`, in the order of functions. Targets that are outside all modules, or are
 * no multiples of a word, may be left out. Functions of Go begin at multiples of 16 or more
 * (cmd/link/internal, funcAlign). */
void gt_code_references(const struct gt_process *process, unsigned threads, gt_code_note_fn *note,
                        const void *ctx, struct gt_vec *out);

/* Visits those of the code of [from, to) alone. */
typedef void gt_target_fn(void *ctx, uint64_t target);
void gt_code_references_in(const struct gt_process *process, uint64_t from, uint64_t to,
                           gt_target_fn *visit, void *ctx);

#endif

/*
 * The addresses of data that a function's code refers to.
 *
 * For programs without symbols: the function table names every function. A variable that a function
 * is known to use is at one of these addresses. They are only candidates. On amd64 code is not
 * decoded: any four bytes that could be the displacement of a RIP-relative operand count as one. So
 * no true reference is missed, and some addresses are false. On arm64 they are pairs of ADRP and
 * the instruction that adds to its register.
 */
#ifndef GT_UNWIND_REFERENCES_H
#define GT_UNWIND_REFERENCES_H

#include "gotypes/code/pclntab.h"

typedef void gt_reference_fn(void *ctx, uint64_t addr);

/* Calls `visit` for each address that the code of [from, to) may refer to, perhaps more than once.
 * Nothing is visited when memory lacks the code. */
void gt_references_amd64(const struct gt_memory *mem, uint64_t from, uint64_t to,
                         gt_reference_fn *visit, void *ctx);
void gt_references_arm64(const struct gt_memory *mem, uint64_t from, uint64_t to,
                         gt_reference_fn *visit, void *ctx);

/* The same, for those of [least, end) alone that are multiples of a word. A reader of much code who
 * wants no others is spared most of the false ones. */
struct gt_reference_range {
    uint64_t least, end; /* least <= end */
};
void gt_references_amd64_to_words(const struct gt_memory *mem, uint64_t from, uint64_t to,
                                  struct gt_reference_range range, gt_reference_fn *visit,
                                  void *ctx);

#endif

/*
 * Writes a value of a basic type as the runtime's print does, and so as Go prints panics. The form
 * of floating-point numbers changed with Go 1.26.
 */
#ifndef GT_DETECT_GO_PRINT_H
#define GT_DETECT_GO_PRINT_H

#include "gotypes/types/types.h"
#include "inspector/base/str.h"

/* The value at addr, of a kind from bool to complex128. Returns false, and adds nothing, for
 * another kind or if memory lacks the value. */
bool gt_go_print(struct gt_str *to, const struct gt_memory *mem,
                 const struct gt_go_version *version, const struct gt_type *type, uint64_t addr);

#endif

/*
 * Whose types a function can name.
 *
 * No dependency imports the program, so its code can name no type of the program. Generic code is
 * the exception. An instance has its type arguments in its name, unless it is one for all types of
 * a shape ("go.shape.*uint8"): that one has the types of its callers.
 */
#ifndef GT_RUNTIME_CODE_OWNER_H
#define GT_RUNTIME_CODE_OWNER_H

#include "inspector/runtime/process/process.h"

enum gt_code_owner {
    GT_CODE_LIBRARYS,
    GT_CODE_PROGRAMS,    /* it may have types of the program */
    GT_CODE_DEPENDENCYS, /* it has none */
    GT_CODE_CALLERS      /* a dependency's, with types of its callers */
};

enum gt_code_owner gt_code_owner_of(const struct gt_process *process, const struct gt_pclntab *tab,
                                    const struct gt_func *func);

/* Does a function of this name end the goroutine, or the process? */
bool gt_code_never_returns(const char *name);

#endif

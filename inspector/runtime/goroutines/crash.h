/*
 * How the process was ended: by a signal (death.h), a panic, or an error that the runtime calls
 * fatal. What a goroutine recovered from long ago is not told. Borrows the process.
 */
#ifndef GT_RUNTIME_CRASH_H
#define GT_RUNTIME_CRASH_H

#include "inspector/runtime/goroutines/death.h"

enum { GT_FATAL_ERROR_BYTES = 512 };

struct gt_crash {
    struct gt_death death;
    char fatal_error[GT_FATAL_ERROR_BYTES]; /* the runtime's own message, "" when there is none */
};

void gt_crash_read(struct gt_process *process, const struct gt_goroutines *goroutines,
                   struct gt_crash *out);

#endif

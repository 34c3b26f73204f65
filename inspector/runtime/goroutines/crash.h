/*
 * How the process ended: by a signal (death.h), by a panic, or by an error that the runtime calls
 * fatal. A panic that a goroutine recovered from earlier is no part of it. Borrows the process.
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

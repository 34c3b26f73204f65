/*
 * How the process was ended: by a panic, an error that the runtime calls fatal, or a signal.
 *
 * Told only where the runtime itself was ending it (m.dying) or the kernel did for a fault. What a
 * goroutine recovered from long ago is not told. Borrows the process.
 */
#ifndef GT_RUNTIME_CRASH_H
#define GT_RUNTIME_CRASH_H

#include "inspector/runtime/goroutines/goroutines.h"

enum { GT_FATAL_ERROR_BYTES = 512, GT_MAX_PANICS = 32 };

struct gt_crash {
    bool died;
    const struct gt_goroutine *g; /* that panicked or was interrupted; NULL when none was */
    int signal;                   /* of a fault: SIGSEGV, ...; 0 when it was none */
    uint64_t address, pc;         /* what it could not access, and the instruction */
    char fatal_error[GT_FATAL_ERROR_BYTES]; /* the runtime's own message, "" when there is none */
};

void gt_crash_read(const struct gt_process *process, const struct gt_goroutines *goroutines,
                   struct gt_crash *out);

struct gt_panic_record {
    uint64_t type, data; /* of its value: words of an eface */
    bool recovered, goexit;
    bool by_runtime; /* the runtime raised it: its text is the runtime's own */
};

/* The panics that are under way in a goroutine, the last one first; at most `max`. */
size_t gt_panics_of(const struct gt_process *process, const struct gt_goroutines *goroutines,
                    const struct gt_goroutine *g, struct gt_panic_record *out, size_t max);

#endif

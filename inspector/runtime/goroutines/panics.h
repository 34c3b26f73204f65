/*
 * The panics in progress in a goroutine, and the value that each was called with.
 *
 * gopanic keeps a record of a panic (runtime._panic) in its own frame. Before Go prints panics, it
 * calls the methods Error and String of their values and stores the texts in the records
 * (runtime/panic.go, preprintpanics): a record then has a string where the value was an error. The
 * value itself was gopanic's argument. gopanic first stores that in its caller's frame, and nothing
 * overwrites it until gopanic returns.
 *
 * Invariant: a value is known only if the argument is there, or if the record still has it. A
 * string in a record alone proves nothing. Borrows the process.
 */
#ifndef GT_RUNTIME_PANICS_H
#define GT_RUNTIME_PANICS_H

#include "inspector/runtime/goroutines/goroutines.h"

enum { GT_MAX_PANICS = 32 };

struct gt_eface { /* words of an interface{}; type 0: nil */
    uint64_t type, data;
};

struct gt_panic_record {
    struct gt_eface value;   /* panic's argument, if it is known */
    struct gt_eface printed; /* what Go prints instead: a string if the value was an error or a
                              * Stringer, else the value */
    bool known;              /* whether `value` is known */
    bool from_runtime;       /* a function of the runtime called gopanic */
    bool recovered, repanicked, goexit;
};

/* The last panic first; at most `max`. */
size_t gt_panics_of(const struct gt_process *process, const struct gt_goroutines *goroutines,
                    const struct gt_goroutine *g, struct gt_panic_record *out, size_t max);

/* The goroutine was in a method Error or String that panicked, called to print an earlier panic.
 * The runtime then ends the process with a fatal error that may repeat the program's text. */
bool gt_died_printing_panics(const struct gt_process *process,
                             const struct gt_goroutines *goroutines, const struct gt_goroutine *g);

#endif

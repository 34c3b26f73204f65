/*
 * The C frames that called Go, of goroutines that are in a callback.
 *
 * runtime.cgocallback switches from the thread's stack to the goroutine's, where its caller seems
 * to be the Go function that called C. The C frames between them lie on the thread's stack (g0's).
 * There runtime.cgocallback has a frame of the same size, and its lowest word leads to the frame of
 * the callback outside of it (runtime/asm_amd64.s).
 *
 * The frames are kept in the list of goroutines, which owns them, and are read when the goroutine
 * is. What cannot be followed is counted as lost.
 */
#ifndef GT_RUNTIME_CALLBACKS_H
#define GT_RUNTIME_CALLBACKS_H

#include "inspector/runtime/goroutines/goroutines.h"

void gt_callbacks_read(struct gt_process *process, struct gt_goroutines *all,
                       struct gt_goroutine *g);

#endif

/*
 * Callers that the program's code does not show: C code, which calls exported functions, and
 * net/rpc, which calls methods by reflection.
 */
#ifndef GT_RUNTIME_UNSEEN_CALLERS_H
#define GT_RUNTIME_UNSEEN_CALLERS_H

#include "inspector/runtime/process/process.h"

/* Whether there may be any. Reads the names of all functions. */
bool gt_has_unseen_callers(const struct gt_process *process);

#endif

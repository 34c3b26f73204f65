/*
 * Callers that the program's code does not show: C code, by functions that are exported to it, and
 * net/rpc, which calls methods by reflection.
 */
#ifndef GT_RUNTIME_UNSEEN_CALLERS_H
#define GT_RUNTIME_UNSEEN_CALLERS_H

#include "inspector/runtime/process/process.h"

/* May there be any? It reads the names of all functions. */
bool gt_has_unseen_callers(const struct gt_process *process);

#endif

/*
 * The calls that Go's own tracebacks leave out: those of the runtime except its API, and wrappers
 * that the compiler made (runtime/traceback.go, showfuncinfo). The calls of a stack must be passed
 * in order, innermost first.
 */
#ifndef GT_DETECT_TRACEBACK_FILTER_H
#define GT_DETECT_TRACEBACK_FILTER_H

#include "inspector/runtime/process/process.h"

struct gt_traceback_filter {
    const struct gt_text *code;
    uint8_t callee; /* funcID of the call that was passed before */
    bool any;       /* a call was shown */
};

bool gt_in_traceback(struct gt_traceback_filter *filter, const char *function, uint8_t id);

#endif

/*
 * What the compiler records about a function's arguments for tracebacks: the offset of each word
 * from the first argument, and whether it still holds what was passed (runtime/traceback.go,
 * printArgs).
 */
#ifndef GT_CODE_ARGUMENTS_H
#define GT_CODE_ARGUMENTS_H

#include "gotypes/code/pclntab.h"

enum { GT_MAX_ARGUMENTS = 172 }; /* no less than abi.TraceArgsMaxLen */

struct gt_argument {
    enum gt_argument_kind {
        GT_ARGUMENT_WORD,
        GT_ARGUMENT_OPEN, /* of a struct, array, string, ... */
        GT_ARGUMENT_CLOSE,
        GT_ARGUMENT_MORE, /* than are told */
        GT_ARGUMENT_FAR,  /* a word that lies too far off to be told */
    } kind;
    uint8_t offset, size; /* of a word; size is at most 8 */
    bool live;            /* at pc; else the word may be something else's by now */
};

/* At most `max`; 0 where there are none or the function does not tell. For a return address pass
 * pc - 1. */
size_t gt_func_arguments(const struct gt_pclntab *tab, const struct gt_func *func, uint64_t pc,
                         struct gt_argument *out, size_t max);

#endif

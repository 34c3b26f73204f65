/*
 * What the compiler records about a function's arguments for tracebacks: the offset of each word
 * from the first argument, and whether it still holds the argument (runtime/traceback.go,
 * printArgs).
 */
#ifndef GT_CODE_ARGUMENTS_H
#define GT_CODE_ARGUMENTS_H

#include "gotypes/code/pclntab.h"

enum { GT_MAX_ARGUMENTS = 172 }; /* no less than abi.TraceArgsMaxLen */

struct gt_argument {
    enum gt_argument_kind {
        GT_ARGUMENT_WORD,
        GT_ARGUMENT_OPEN, /* a struct, array, string, ... begins */
        GT_ARGUMENT_CLOSE,
        GT_ARGUMENT_MORE, /* more words exist than are recorded */
        GT_ARGUMENT_FAR,  /* a word whose offset is too large to be recorded */
    } kind;
    uint8_t offset, size; /* of a word; size is at most 8 */
    bool live;            /* at pc; if false, the word may hold another value by now */
};

/* Fills at most `max` entries and returns how many; 0 when the function has no arguments or no such
 * record. For a return address pass pc - 1. */
size_t gt_func_arguments(const struct gt_pclntab *tab, const struct gt_func *func, uint64_t pc,
                         struct gt_argument *out, size_t max);

#endif

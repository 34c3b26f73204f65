/*
 * What one pointer word means for the block that it points into, by the word's static type.
 *
 * Every verdict after GT_IS_REFERENCE is a reason not to judge the block: the word may use some
 * part of it, and it is not known which part.
 */
#ifndef GT_DETECT_WINDOW_WORDS_H
#define GT_DETECT_WINDOW_WORDS_H

#include "inspector/detect/windows/windows.h"

enum gt_word_verdict {
    GT_COVERS_ALL,     /* all of the block may be used */
    GT_IS_WINDOW,      /* a part of it, which the view tells */
    GT_IS_REFERENCE,   /* all of it may be used, as the word's neighbours say and no type does */
    GT_UNTYPED,        /* nothing tells the word's type */
    GT_UNSAFE_POINTER, /* an unsafe.Pointer */
    GT_BYTE_POINTER,   /* a *byte, or what is as small */
    GT_UNFIT,          /* a string or slice that does not fit the block */
    /* Reasons that no single word gives: */
    GT_STALE_ONLY,  /* only words that may be stale lead to the block */
    GT_WEAK_ONLY,   /* a weak pointer can bring all of it back */
    GT_UNEQUAL,     /* its windows have elements of different sizes */
    GT_CONTRADICTS, /* a window of bytes lies over its pointers */
    GT_WORD_VERDICTS
};

/* The reason as a person reads it: "pointer of unknown type". */
const char *gt_verdict_name(enum gt_word_verdict verdict);

enum gt_word_verdict gt_window_judge(const struct gt_heap_analysis *analysis,
                                     const struct gt_word *word, uint32_t object,
                                     struct gt_window_ref *window);

/* Is the block the runtime's own: a map's storage, a channel, one of its structs? No string or
 * slice of the program's shares it. */
bool gt_window_is_runtimes(const struct gt_heap_analysis *analysis, uint32_t block);

/* Is it one value of a type, and no array of them? */
bool gt_window_is_one_value(const struct gt_heap_analysis *analysis, uint32_t block);

/* Does the block hold anything that is not nil outside the window's len? */
bool gt_window_leaves_out(const struct gt_heap_analysis *analysis, uint32_t object,
                          const struct gt_window_ref *window);

#endif

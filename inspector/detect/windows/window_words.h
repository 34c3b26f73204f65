/*
 * What one pointer word means for the block that it points into, by the word's static type.
 *
 * Every verdict after GT_IS_REFERENCE is a reason not to judge the block: the word may use a part
 * of it that is not known.
 */
#ifndef GT_DETECT_WINDOW_WORDS_H
#define GT_DETECT_WINDOW_WORDS_H

#include "inspector/detect/windows/windows.h"

enum gt_word_verdict {
    GT_COVERS_ALL,     /* all of the block may be used */
    GT_IS_WINDOW,      /* a part of it, which the window describes */
    GT_IS_REFERENCE,   /* all of it may be used, by the words around the pointer; no type says so */
    GT_UNTYPED,        /* the word has no known type */
    GT_UNSAFE_POINTER, /* an unsafe.Pointer */
    GT_BYTE_POINTER,   /* a *byte, or a pointer to a type of its size */
    GT_UNFIT,          /* a string or slice that does not fit the block */
    /* Reasons that come from no single word: */
    GT_STALE_ONLY,  /* only words that may be stale lead to the block */
    GT_WEAK_ONLY,   /* a weak pointer can make all of it reachable again */
    GT_UNEQUAL,     /* its windows have elements of different sizes */
    GT_MAY_BE_TEXT, /* a pointer and a number; if they are a string, it is short */
    GT_CONTRADICTS, /* a window of bytes covers its pointers */
    GT_WORD_VERDICTS
};

struct gt_window_target { /* the object that a word points into */
    const struct gt_region *region;
    uint32_t object;
    uint64_t start, size; /* of its data */
};

static inline struct gt_window_target gt_window_target_in(const struct gt_region *region,
                                                          uint32_t object)
{
    struct gt_window_target target = {.region = region, .object = object};

    target.start = gt_goheap_user_in(region, object - region->first, &target.size);
    return target;
}

/* The reason for the report. */
enum gt_undecided_reason gt_verdict_reason(enum gt_word_verdict verdict);

enum gt_word_verdict gt_window_judge(const struct gt_heap_analysis *analysis,
                                     const struct gt_word *word, const struct gt_referrer *referrer,
                                     const struct gt_window_target *target,
                                     struct gt_window_ref *window);

/* The program may never use such a word again: a frame that was interrupted keeps words that it no
 * longer needs. The same holds for a slot about which the stack map and its variable disagree. */
bool gt_window_may_be_stale(const struct gt_heap_analysis *analysis, const struct gt_word *word,
                            const struct gt_referrer *referrer);

/* Notes a contradiction of the core if the word, which was judged unfit, is a string or slice with
 * a length that no code of Go can have made, in memory that no frame is about to change. A capacity
 * may be made up by unsafe code: (*[1 << 30]byte)(p)[:n]. */
void gt_check_length(const struct gt_heap_analysis *analysis, const struct gt_word *word,
                     const struct gt_referrer *referrer, const struct gt_window_target *target,
                     const struct gt_window_ref *window);

/* Is the block memory of the runtime: a map's storage, a channel, one of its structs? No string or
 * slice of the program shares it. */
bool gt_window_is_runtimes(const struct gt_heap_analysis *analysis, uint32_t block);

/* Is it one value of a type, and not an array of them? */
bool gt_window_is_one_value(const struct gt_heap_analysis *analysis, uint32_t block);

/* Does the block hold anything other than nil outside the window's len? */
bool gt_window_leaves_out(const struct gt_heap_analysis *analysis,
                          const struct gt_window_target *target,
                          const struct gt_window_ref *window);

#endif

/*
 * Words that make sure of a block at once: it is used whole, or enough of it is.
 *
 * Such a block is no finding, and most blocks are of that kind. So such a word needs one bit of its
 * block, and the objects with no other words are left out of the pass over all words. Threads share
 * this work.
 */
#ifndef GT_DETECT_COVERING_WORDS_H
#define GT_DETECT_COVERING_WORDS_H

#include "inspector/detect/windows/window_words.h"

struct gt_covered {         /* blocks; each bitmap has a bit for every object */
    struct gt_bitmap whole; /* some pointer covers it */
    struct gt_bitmap half;  /* a window covers half or more of it */
    struct gt_bitmap full;  /* a window leaves no pointers out */
};

/* Does the string, with a static type, cover half of a block without pointers? Sets its block's bit
 * in `half` then. `region` is that of `value`. */
bool gt_string_covers_half(const struct gt_heap *heap, const struct gt_region *region,
                           uint64_t value, uint64_t len, struct gt_bitmap *half);

/* Adds to `covered` what all such words of live objects say. Adds the live objects with other words
 * to `rest`. Words into blocks that `covered` has already, with pointers, need nothing more. */
void gt_settle_covering_words(const struct gt_heap_analysis *analysis, struct gt_covered *covered,
                              struct gt_bitmap *rest);

#endif

/*
 * Strings that cover at least half of a block without pointers.
 *
 * Such a block is no finding, and most strings are alone in theirs. So a string of that kind needs
 * one bit of its block, and the objects with no other words are left out of the pass over all
 * words. Threads share this work.
 */
#ifndef GT_DETECT_COVERING_STRINGS_H
#define GT_DETECT_COVERING_STRINGS_H

#include "inspector/detect/windows/window_words.h"

/* Does the string, with a static type, cover half of such a block? Sets its block's bit in `half`
 * then. `region` is that of `value`. */
bool gt_string_covers_half(const struct gt_heap *heap, const struct gt_region *region,
                           uint64_t value, uint64_t len, struct gt_bitmap *half);

/* Sets the bits for all such strings of live objects. Adds the live objects with other words to
 * `rest`. */
void gt_settle_covering_strings(const struct gt_heap_analysis *analysis, struct gt_bitmap *half,
                                struct gt_bitmap *rest);

#endif

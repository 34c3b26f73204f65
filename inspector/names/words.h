/*
 * The words for the values of the model's enums, in JSON and in text: a list of words by value.
 * NULL is a value without a word. All of it is constant.
 */
#ifndef GT_NAMES_WORDS_H
#define GT_NAMES_WORDS_H

#include "gotopsy.h"

struct gt_words {
    const char *const *list;
    size_t count;
};

#define GT_WORDS(list)                                                                             \
    {                                                                                              \
        list, sizeof(list) / sizeof *(list)                                                        \
    }

extern const struct gt_words gt_thing_words;    /* of enum gt_thing_kind */
extern const struct gt_words gt_action_words;   /* of enum gt_action */
extern const struct gt_words gt_holder_words;   /* of enum gt_holder_kind */
extern const struct gt_words gt_thread_words;   /* of enum gt_thread_state */
extern const struct gt_words gt_waker_words;    /* of enum gt_waker_kind */
extern const struct gt_words gt_evidence_words; /* of enum gt_lock_evidence */
extern const struct gt_words gt_outside_words;  /* of enum gt_outside_kind */
extern const struct gt_words gt_view_words;     /* of enum gt_view_kind */

/* The word of a value; NULL when it has none. */
const char *gt_word(const struct gt_words *words, unsigned value);

#endif

/*
 * Reads the words of a typed slot in memory. This part of typing knows how Go lays out the types
 * with pointers. Private to typing's files.
 */
#ifndef GT_RUNTIME_WORDS_H
#define GT_RUNTIME_WORDS_H

#include "inspector/runtime/typing/typing.h"

/* The data word of an interface whose dynamic type is known, or GT_NO_TYPE; false if the interface
 * is nil. */
bool gt_word_from_interface(struct gt_types *types, gt_type_id dynamic, uint64_t data,
                            struct gt_word *word);

/* The pointer of a slot as a word: `words` are the (up to three) words of the slot, `have` how many
 * of them are known. False when it is nil or no pointer. */
bool gt_word_from_slot(struct gt_types *types, const struct gt_pointer_slot *place,
                       const uint64_t *words, unsigned have, struct gt_word *word);

#endif

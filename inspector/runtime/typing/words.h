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

/* How many words of a pointer slot are read. */
static inline unsigned gt_place_words(uint8_t kind)
{
    static const unsigned char counts[] = {
        [GT_P_POINTER] = 1, [GT_P_STRING] = 2,  [GT_P_SLICE] = 3,   [GT_P_EFACE] = 2,
        [GT_P_IFACE] = 2,   [GT_P_MAP] = 1,     [GT_P_CHAN] = 1,    [GT_P_FUNC] = 1,
        [GT_P_UNSAFE] = 1,  [GT_P_COUNTED] = 2, [GT_P_REFLECT] = 3, [GT_P_SLOG] = 3,
        [GT_P_SHAPED] = 1};

    return counts[kind];
}

/* A pointer slot as a word. False when it is nil. A slot is nil if its first word is 0, except for
 * reflect.Value and slog.Value. Most slots are a single pointer, which needs nothing more. */
static inline bool gt_word_read(struct gt_types *types, const struct gt_pointer_slot *place,
                                const unsigned char *at, struct gt_word *word)
{
    unsigned have = gt_place_words(place->kind);
    uint64_t words[3] = {gt_load64(at)};

    if (!words[0] && place->kind != GT_P_REFLECT && place->kind != GT_P_SLOG) return false;
    if (have > 1) words[1] = gt_load64(at + 8);
    if (have > 2) words[2] = gt_load64(at + 16);
    *word = (struct gt_word){
        .value = words[0], .offset = place->offset, .type = place->type, .kind = place->kind};
    return have == 1 || gt_word_from_slot(types, place, words, have, word);
}

#endif

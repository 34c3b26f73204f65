/* Reads each kind of pointer slot: where it leads, the type of what is there, and a length.
 * Interfaces, reflect.Value and slog.Value have the type in a word of their own. */
#include "inspector/runtime/typing/words.h"

#include "gotypes/types/hidden_places.h"

bool gt_word_from_interface(struct gt_types *types, gt_type_id dynamic, uint64_t data,
                            struct gt_word *word)
{
    struct gt_pointer_slot inner;

    if (!data) return false;
    word->value = data;
    word->kind = GT_P_POINTER;
    word->type = dynamic;
    if (!dynamic) {
        word->kind = GT_W_UNKNOWN;
        return true;
    }
    if (!gt_types_get(types, dynamic)->direct_iface) return true;
    /* The data word is the value itself: a pointer, map, channel or func, or a struct of one. */
    if (!gt_types_pointer_at(types, dynamic, 0, &inner)) {
        word->kind = GT_W_UNKNOWN;
        return true;
    }
    word->kind = inner.kind;
    word->type = inner.type;
    return true;
}

enum { REFLECT_INDIRECT = 1 << 7 }; /* reflect/value.go, flagIndir */

/* The pointer of a reflect.Value, {type, data, flag}: data points to the value, or is the value
 * itself if that is a pointer. */
static bool word_from_reflect(struct gt_types *types, const uint64_t *words, unsigned have,
                              struct gt_word *word)
{
    gt_type_id type = have == 3 && words[0] ? gt_types_at(types, words[0]) : GT_NO_TYPE;

    word->offset += 8;
    if (have == 3 && type && !(words[2] & REFLECT_INDIRECT))
        return gt_word_from_interface(types, type, words[1], word);
    word->value = have > 1 ? words[1] : 0;
    word->kind = type ? GT_P_POINTER : GT_W_UNKNOWN;
    word->type = type;
    return word->value != 0;
}

/* The data word of a slog.Value, {n, type, data}: n is the length of a string or a group. */
static bool word_from_slog(struct gt_types *types, const uint64_t *words, unsigned have,
                           struct gt_word *word)
{
    gt_type_id type = have == 3 && words[1] ? gt_types_at(types, words[1]) : GT_NO_TYPE;

    word->offset += 16;
    if (have < 3 || !words[1] || !gt_word_from_interface(types, type, words[2], word)) return false;
    if (type && gt_hidden_counted(types, type, &word->kind)) word->len = word->cap = words[0];
    return true;
}

bool gt_word_from_slot(struct gt_types *types, const struct gt_pointer_slot *place,
                       const uint64_t *words, unsigned have, struct gt_word *word)
{
    word->offset = place->offset;
    word->kind = place->kind;
    word->type = place->type;
    word->value = words[0];
    switch (place->kind) {
    case GT_P_STRING:
        if (have < 2) word->kind = GT_W_UNKNOWN;
        word->len = word->cap = have < 2 ? 0 : words[1];
        break;
    case GT_P_SLICE:
        if (have < 2) word->kind = GT_W_UNKNOWN;
        word->uncapped = have == 2;
        word->len = have < 2 ? 0 : words[1];
        word->cap = have < 3 ? word->len : words[2];
        break;
    case GT_P_COUNTED:
        /* With a count of 0, sync.Pool still reads the elements that are there (sync/pool.go,
         * getSlow). */
        word->kind = have > 1 && words[1] ? GT_P_SLICE : GT_P_POINTER;
        word->len = word->cap = have > 1 ? words[1] : 0;
        break;
    case GT_P_REFLECT:
        return word_from_reflect(types, words, have, word);
    case GT_P_SLOG:
        return word_from_slog(types, words, have, word);
    case GT_P_EFACE:
    case GT_P_IFACE:
        if (have < 2 || !words[0]) return false;
        word->offset += 8;
        return gt_word_from_interface(types,
                                      place->kind == GT_P_EFACE ? gt_types_at(types, words[0])
                                                                : gt_types_of_itab(types, words[0]),
                                      words[1], word);
    default:
        break;
    }
    return word->value != 0;
}

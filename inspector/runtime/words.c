#include "inspector/runtime/words.h"

enum { MAX_DEPTH = 64 }; /* of nested structs and arrays */

static const struct gt_type_field *field_at(struct gt_types *types, const struct gt_type *type,
                                            uint64_t offset, gt_type_id *field_type)
{
    for (size_t i = type->field_count; i-- > 0;) {
        const struct gt_type_field *field = &type->fields[i];
        if (field->offset > offset) continue;
        *field_type = gt_types_find(types, field->type);
        if (!*field_type) continue;
        if (offset - field->offset < gt_types_get(types, *field_type)->size) return field;
    }
    return NULL;
}

/* The pointer kind that a type of one place is; false for types without pointers. */
static bool leaf(struct gt_types *types, gt_type_id id, struct gt_place_of_type *place)
{
    const struct gt_type *type = gt_types_get(types, id);

    place->type = GT_NO_TYPE;
    switch (type->kind) {
    case GT_T_POINTER:
        place->kind = GT_P_POINTER;
        break;
    case GT_T_STRING:
        place->kind = GT_P_STRING;
        return true;
    case GT_T_SLICE:
        place->kind = GT_P_SLICE;
        break;
    case GT_T_INTERFACE:
        place->kind = type->empty_interface ? GT_P_EFACE : GT_P_IFACE;
        return true;
    case GT_T_MAP:
        place->kind = GT_P_MAP;
        place->type = id;
        return true;
    case GT_T_CHAN:
        place->kind = GT_P_CHAN;
        break;
    case GT_T_FUNC:
        place->kind = GT_P_FUNC;
        return true;
    case GT_T_UNSAFE_POINTER:
        place->kind = GT_P_UNSAFE;
        return true;
    default:
        return false;
    }
    place->type = gt_types_elem(types, id);
    return true;
}

bool gt_place_at(struct gt_types *types, gt_type_id id, uint64_t offset,
                 struct gt_place_of_type *place, uint64_t *start)
{
    uint64_t base = 0;

    for (unsigned depth = 0; id && depth < MAX_DEPTH; depth++) {
        const struct gt_type *type = gt_types_get(types, id);
        if (type->kind == GT_T_STRUCT) {
            const struct gt_type_field *field = field_at(types, type, offset - base, &id);
            if (!field) return false;
            base += field->offset;
        } else if (type->kind == GT_T_ARRAY) {
            id = gt_types_elem(types, id);
            uint64_t size = id ? gt_types_get(types, id)->size : 0;
            if (!size) return false;
            base += (offset - base) / size * size;
        } else {
            *start = base;
            place->offset = base;
            return leaf(types, id, place);
        }
    }
    return false;
}

static bool interface_word(struct gt_types *types, gt_type_id dynamic, uint64_t data,
                           struct gt_word *word)
{
    struct gt_place_of_type inner;
    uint64_t start;

    word->value = data;
    word->kind = GT_P_POINTER;
    word->type = dynamic;
    if (!dynamic) {
        word->kind = GT_W_UNKNOWN;
        return true;
    }
    if (!gt_types_get(types, dynamic)->direct_iface) return true;
    /* The data word is the value itself: a pointer, map, channel or func, or a struct of one. */
    if (!gt_place_at(types, dynamic, 0, &inner, &start)) {
        word->kind = GT_W_UNKNOWN;
        return true;
    }
    word->kind = inner.kind;
    word->type = inner.type;
    return true;
}

bool gt_word_from_place(struct gt_types *types, const struct gt_place_of_type *place,
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
        if (have < 3) word->kind = GT_W_UNKNOWN;
        word->len = have < 3 ? 0 : words[1];
        word->cap = have < 3 ? 0 : words[2];
        break;
    case GT_P_EFACE:
    case GT_P_IFACE:
        if (have < 2 || !words[1]) return false;
        word->offset += 8;
        if (!words[0]) return false;
        return interface_word(types,
                              place->kind == GT_P_EFACE ? gt_types_at(types, words[0])
                                                        : gt_types_of_itab(types, words[0]),
                              words[1], word);
    default:
        break;
    }
    return word->value != 0;
}

/* Enters one field or element after another, and keeps the offset relative to the part that was
 * entered. */
#include "gotypes/types/type_at.h"

enum { MAX_DEPTH = 64 };

/* The part of a struct that holds `at`. `at` becomes the offset in that part. */
static gt_type_id field_at(struct gt_types *types, const struct gt_type *type, uint64_t *at)
{
    for (size_t i = type->field_count; i-- > 0;) {
        const struct gt_type_field *field = &type->fields[i];
        gt_type_id part = field->offset <= *at ? gt_types_find(types, field->type) : GT_NO_TYPE;
        if (!part || *at - field->offset >= gt_types_get(types, part)->size) continue;
        *at -= field->offset;
        return part;
    }
    return GT_NO_TYPE;
}

static gt_type_id element_at(struct gt_types *types, gt_type_id array, uint64_t *at)
{
    gt_type_id elem = gt_types_elem(types, array);
    uint64_t size = elem ? gt_types_get(types, elem)->size : 0;

    if (!size || *at / size >= gt_types_get(types, array)->len) return GT_NO_TYPE;
    *at %= size;
    return elem;
}

/* The part that holds `at`, which becomes the offset in it. GT_NO_TYPE: no part does. */
static gt_type_id part_at(struct gt_types *types, gt_type_id type, uint64_t *at)
{
    const struct gt_type *here = gt_types_get(types, type);

    return here->kind == GT_T_STRUCT ? field_at(types, here, at) : element_at(types, type, at);
}

static bool has_parts(struct gt_types *types, gt_type_id type)
{
    uint8_t kind = gt_types_get(types, type)->kind;

    return kind == GT_T_STRUCT || kind == GT_T_ARRAY;
}

gt_type_id gt_type_at_offset(struct gt_types *types, gt_type_id type, uint64_t offset,
                             uint64_t *begin)
{
    uint64_t at = offset;

    for (unsigned depth = 0; type && depth < MAX_DEPTH; depth++) {
        *begin = offset - at;
        if (!has_parts(types, type)) return type;
        type = part_at(types, type, &at);
    }
    return GT_NO_TYPE;
}

gt_type_id gt_type_beginning_at(struct gt_types *types, gt_type_id type, uint64_t offset)
{
    uint64_t at = offset;

    for (unsigned depth = 0; type && at && depth < MAX_DEPTH; depth++)
        type = has_parts(types, type) ? part_at(types, type, &at) : (gt_type_id)GT_NO_TYPE;
    return at ? (gt_type_id)GT_NO_TYPE : type;
}

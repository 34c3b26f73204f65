/* Walks over the parts by value of a type that have pointers, without recursion. */
#include "gotypes/types/types_internal.h"

#include "inspector/base/alloc.h"

void gt_walk_start(struct gt_walk *walk, struct gt_types *types, gt_type_id id, uint64_t steps)
{
    walk->types = types;
    walk->frames[0] = (struct gt_walk_frame){id, 0, 0};
    walk->depth = 1;
    walk->size = gt_types_get(types, id)->size;
    walk->steps = steps;
    walk->complete = true;
}

static bool is_whole(const struct gt_type *type)
{
    return type->kind == GT_T_STRUCT || type->kind == GT_T_ARRAY;
}

/* The next part by value of a struct or array, and its offset in the outermost type; false when
 * there is none left. */
static bool next_part(struct gt_walk *walk, struct gt_walk_frame *frame, gt_type_id *part,
                      uint64_t *offset)
{
    const struct gt_type *type = gt_types_get(walk->types, frame->id);
    uint64_t index = frame->next++;
    if (type->kind == GT_T_STRUCT && index < type->field_count) {
        *part = gt_types_find(walk->types, type->fields[index].type);
        *offset = frame->offset + type->fields[index].offset;
        return true;
    }
    if (type->kind != GT_T_ARRAY || index >= type->len) return false;
    *part = gt_types_elem(walk->types, frame->id);
    *offset = frame->offset + (*part ? index * gt_types_get(walk->types, *part)->size : 0);
    return true;
}

/* Leaves the innermost type at once when it has no pointers, even if it is a long array. */
static bool worth_entering(struct gt_walk *walk, gt_type_id part, uint64_t offset)
{
    if (!part) { /* a part of unknown type may hold pointers */
        walk->complete = false;
        return false;
    }
    const struct gt_type *type = gt_types_get(walk->types, part);
    if (!type->ptr_bytes) return false;
    if (offset <= walk->size && type->size <= walk->size - offset) return true;
    walk->complete = false;
    return false;
}

static void push(struct gt_walk *walk, gt_type_id part, uint64_t offset)
{
    if (walk->depth == GT_MAX_DEPTH)
        walk->complete = false;
    else
        walk->frames[walk->depth++] = (struct gt_walk_frame){part, offset, 0};
}

bool gt_walk_next(struct gt_walk *walk, bool (*stop)(const struct gt_type_rec *rec),
                  gt_type_id *leaf, uint64_t *offset)
{
    while (walk->depth) {
        struct gt_walk_frame *top = &walk->frames[walk->depth - 1];
        const struct gt_type_rec *rec = gt_type_rec(walk->types, top->id);
        if (walk->steps-- == 0) {
            walk->complete = false;
            walk->depth = 0;
            break;
        }
        if (!is_whole(&rec->type) || stop(rec)) {
            *leaf = top->id;
            *offset = top->offset;
            walk->depth--;
            return true;
        }
        gt_type_id part;
        uint64_t at;
        if (!rec->type.ptr_bytes || !next_part(walk, top, &part, &at))
            walk->depth--;
        else if (worth_entering(walk, part, at))
            push(walk, part, at);
    }
    return false;
}

/* Types as the debug information describes them. Each becomes the same record as an rtype does. */
#include "gotypes/types/types_internal.h"

#include "inspector/base/alloc.h"

static bool copy_fields(struct gt_types *types, const struct gt_debug_type *from,
                        struct gt_type *type)
{
    if (from->field_count > GT_MAX_FIELDS) return false;
    if (from->field_count == 0) return true;
    struct gt_type_field *fields =
        gt_arena_alloc(&types->arena, from->field_count * sizeof *fields);
    for (size_t i = 0; i < from->field_count; i++) {
        const struct gt_debug_field *field = &from->fields[i];
        if (field->offset > type->size) return false;
        fields[i] =
            (struct gt_type_field){field->name ? field->name : "?", field->offset, field->type};
    }
    type->fields = fields;
    type->field_count = from->field_count;
    return true;
}

/* What depends on no other type: where a scalar has pointers, and whether an interface stores it
 * directly. */
static void set_scalar(struct gt_type *type)
{
    switch (type->kind) {
    case GT_T_POINTER:
    case GT_T_MAP:
    case GT_T_CHAN:
    case GT_T_FUNC:
    case GT_T_UNSAFE_POINTER:
        type->direct_iface = true; /* fall through */
    case GT_T_STRING:
    case GT_T_SLICE:
        type->ptr_bytes = 8;
        break;
    case GT_T_INTERFACE:
        type->ptr_bytes = 16;
        break;
    default:
        break;
    }
    if (type->ptr_bytes > type->size) type->ptr_bytes = 0;
}

/* runtime.eface {_type, data} and runtime.iface {tab, data} differ in their first field. */
static bool is_eface(const struct gt_debug_type *from)
{
    return from->field_count && from->fields[0].name && strcmp(from->fields[0].name, "_type") == 0;
}

bool gt_debug_describe(struct gt_types *types, const struct gt_debug_type *from,
                       struct gt_type_rec *rec)
{
    struct gt_type *type = &rec->type;
    if (from->size > GT_MAX_TYPE_SIZE || from->kind > GT_T_UNSAFE_POINTER) return false;
    type->name = from->name ? from->name : "?";
    type->size = from->size;
    type->kind = (uint8_t)from->kind;
    type->elem = from->elem;
    type->key = from->key;
    type->len = from->len;
    type->empty_interface = type->kind == GT_T_INTERFACE && is_eface(from);
    set_scalar(type);
    rec->settled = type->kind != GT_T_STRUCT && type->kind != GT_T_ARRAY;
    return copy_fields(types, from, type);
}

/* ---- ptr_bytes of structs and arrays: a walk from parts to wholes with a stack of its own ---- */

struct frame {
    gt_type_id id;
    size_t next; /* part to look at */
};

/* The index-th part by value, and its offset. An array's last element stands for all of them. */
static bool part_at(struct gt_types *types, const struct gt_type *type, size_t index,
                    gt_type_id *part, uint64_t *offset)
{
    if (type->kind == GT_T_STRUCT && index < type->field_count) {
        *part = gt_types_unsettled(types, type->fields[index].type);
        *offset = type->fields[index].offset;
        return true;
    }
    if (type->kind != GT_T_ARRAY || index > 0 || type->len == 0) return false;
    *part = gt_types_unsettled(types, type->elem);
    uint64_t size = *part ? gt_type_rec(types, *part)->type.size : 0;
    if (!gt_mul(size, type->len - 1, offset)) *part = GT_NO_TYPE;
    return true;
}

/* A type with a part that cannot be read may have pointers that are not known. */
static void take_part(struct gt_type_rec *to, const struct gt_type_rec *from, uint64_t offset)
{
    uint64_t end;
    struct gt_type *whole = &to->type;
    if (!from || from->partial) to->partial = true;
    if (!from) return;
    const struct gt_type *part = &from->type;
    if (part->ptr_bytes && gt_add(offset, part->ptr_bytes, &end) && end <= whole->size &&
        end > whole->ptr_bytes)
        whole->ptr_bytes = end;
}

/* A part that is not settled goes on the stack first. It is marked settled at once, so a type that
 * claims to contain itself ends the walk. */
void gt_debug_settle(struct gt_types *types, gt_type_id id)
{
    struct frame stack[GT_MAX_DEPTH] = {{id, 0}};
    unsigned depth = 1;
    gt_type_rec(types, id)->settled = true;
    while (depth) {
        struct frame *top = &stack[depth - 1];
        struct gt_type_rec *whole = gt_type_rec(types, top->id);
        gt_type_id part = GT_NO_TYPE;
        uint64_t offset = 0;
        if (!part_at(types, &whole->type, top->next, &part, &offset)) {
            depth--;
            continue;
        }
        struct gt_type_rec *rec = part ? gt_type_rec(types, part) : NULL;
        if (rec && !rec->settled && depth < GT_MAX_DEPTH) {
            rec->settled = true;
            stack[depth++] = (struct frame){part, 0};
            continue;
        }
        take_part(whole, rec, offset);
        top->next++;
    }
}

/* Describes a type for gotypes: kind, elements and fields. */
#include "inspector/symbols/symbols_impl.h"

#include "gotypes/types/types.h"

struct description { /* wherever the program is loaded */
    unsigned kind;   /* 0: the type cannot be described */
    const char *name;
    uint64_t size, len;
    struct gt_linked_type elem, key;
    struct gt_vec fields; /* struct gt_linked_field */
};

static struct gt_linked_type type_at(struct gt_dwarf *dwarf, Dwarf_Die die, unsigned attribute)
{
    uint64_t offset = 0;
    if (!gt_die_reference(&dwarf->reader, die, attribute, &offset))
        return (struct gt_linked_type){0};
    return gt_linked_type(dwarf, offset);
}

static void describe_parts(struct gt_dwarf *dwarf, Dwarf_Die die, struct description *type)
{
    switch (type->kind) {
    case GT_T_MAP:
        type->key = type_at(dwarf, die, GT_AT_GO_KEY);
        type->elem = type_at(dwarf, die, GT_AT_GO_ELEM);
        break;
    case GT_T_CHAN:
    case GT_T_SLICE:
        type->elem = type_at(dwarf, die, GT_AT_GO_ELEM);
        break;
    case GT_T_ARRAY:
        type->len = gt_array_length(&dwarf->reader, die);
        type->elem = type_at(dwarf, die, DW_AT_type);
        break;
    case GT_T_POINTER:
        type->elem = type_at(dwarf, die, DW_AT_type);
        break;
    default:
        break;
    }
}

static void describe_fields(struct gt_dwarf *dwarf, uint64_t offset, struct description *type)
{
    struct gt_vec members = GT_VEC_OF(struct gt_member);

    if (!gt_members(dwarf, offset, &members)) members.len = 0;
    for (size_t i = 0; i < members.len; i++) {
        const struct gt_member *member = gt_vec_at(&members, i);
        struct gt_linked_field field = {member->name, member->offset,
                                        gt_linked_type(dwarf, member->type)};
        gt_vec_add(&type->fields, &field);
    }
    gt_vec_deinit(&members);
}

/* C pointers and arrays have no names of their own. */
static const char *name_of(struct gt_dwarf *dwarf, const struct gt_type_info *info, Dwarf_Die die)
{
    uint64_t target = 0;
    if (info->name) return info->name;
    bool pointer = info->kind == GT_T_POINTER;
    if (!pointer && info->kind != GT_T_ARRAY)
        return info->kind == GT_T_UNSAFE_POINTER ? "unsafe.Pointer" : "?";
    const struct gt_type_info *to = NULL;
    if (gt_die_reference(&dwarf->reader, die, DW_AT_type, &target))
        to = gt_type_info(dwarf, target);
    return gt_arena_format(&dwarf->arena, "%s%s", pointer ? "*" : "[]",
                           to && to->name ? to->name : "?");
}

static bool has_fields(unsigned kind)
{
    return kind == GT_T_STRUCT || kind == GT_T_STRING || kind == GT_T_SLICE ||
           kind == GT_T_INTERFACE;
}

static void read(struct gt_dwarf *dwarf, uint64_t offset, struct description *type)
{
    const struct gt_type_info *info = gt_type_info(dwarf, offset);
    Dwarf_Die die;

    if (!info || !info->kind || !gt_die_at(&dwarf->reader, info->offset, &die)) return;
    type->kind = info->kind;
    type->size = info->size;
    type->name = name_of(dwarf, info, die);
    describe_parts(dwarf, die, type);
    gt_die_deinit(die);
    if (has_fields(info->kind)) describe_fields(dwarf, info->offset, type);
}

/* ---- kept answers -------------------------------------------------------------------------- */

static void keep(struct gt_dwarf *dwarf, uint64_t offset, const struct description *type)
{
    struct gt_vec list = {.elem_size = 1};

    if (!gt_keeps_lists(dwarf)) return;
    gt_put_number(&list, type->kind);
    gt_put_text(&list, type->kind ? type->name : "");
    gt_put_number(&list, type->size);
    gt_put_number(&list, type->len);
    gt_put_type(&list, &type->elem);
    gt_put_type(&list, &type->key);
    gt_put_fields(&list, &type->fields);
    gt_keep_list(dwarf, GT_DESCRIPTION, offset, &list);
    gt_vec_deinit(&list);
}

/* False if it is not kept. */
static bool recall(const struct gt_dwarf *dwarf, uint64_t offset, struct description *type)
{
    struct gt_byte_reader list;

    if (!gt_recall_list(dwarf, GT_DESCRIPTION, offset, &list)) return false;
    type->kind = (unsigned)gt_take_leb(&list);
    type->name = gt_take_text(&list);
    type->size = gt_take_leb(&list);
    type->len = gt_take_leb(&list);
    type->elem = gt_take_type(&list);
    type->key = gt_take_type(&list);
    gt_take_fields(&list, &type->fields);
    return gt_list_is_read(&list);
}

/* ---- answers ------------------------------------------------------------------------------- */

static const struct gt_debug_field *loaded_fields(struct gt_dwarf *dwarf,
                                                  const struct gt_vec *fields)
{
    struct gt_debug_field *loaded = gt_arena_alloc(&dwarf->arena, fields->len * sizeof *loaded);

    for (size_t i = 0; i < fields->len; i++) {
        const struct gt_linked_field *field = gt_vec_at(fields, i);
        loaded[i] = (struct gt_debug_field){.name = field->name,
                                            .offset = field->offset,
                                            .type = gt_loaded_type(dwarf, &field->type)};
    }
    return loaded;
}

static const struct gt_debug_type *loaded(struct gt_dwarf *dwarf, const struct description *type)
{
    if (!type->kind) return NULL;
    struct gt_debug_type *known = gt_arena_alloc(&dwarf->arena, sizeof *known);
    *known = (struct gt_debug_type){.kind = type->kind,
                                    .size = type->size,
                                    .len = type->len,
                                    .name = type->name,
                                    .elem = gt_loaded_type(dwarf, &type->elem),
                                    .key = gt_loaded_type(dwarf, &type->key),
                                    .field_count = type->fields.len};
    if (type->fields.len) known->fields = loaded_fields(dwarf, &type->fields);
    return known;
}

static const struct gt_debug_type *describe(struct gt_dwarf *dwarf, uint64_t offset)
{
    struct description type = {.fields = GT_VEC_OF(struct gt_linked_field)};

    if (!recall(dwarf, offset, &type)) {
        gt_vec_deinit(&type.fields);
        type = (struct description){.fields = GT_VEC_OF(struct gt_linked_field)};
        read(dwarf, offset, &type);
        keep(dwarf, offset, &type);
    }
    const struct gt_debug_type *known = loaded(dwarf, &type);
    gt_vec_deinit(&type.fields);
    return known;
}

bool gt_dwarf_describe(void *ctx, uint64_t debug, struct gt_debug_type *out)
{
    struct gt_dwarf *dwarf = ctx;
    bool added = false;
    uint64_t *slot = gt_map_find(&dwarf->descriptions, debug);
    const struct gt_debug_type *type = slot ? (const void *)(uintptr_t)*slot : NULL;
    if (!slot) {
        type = describe(dwarf, debug);
        *gt_map_put(&dwarf->descriptions, debug, &added) = (uintptr_t)type;
    }
    if (type) *out = *type;
    return type;
}

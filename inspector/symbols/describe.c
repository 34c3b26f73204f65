/* Describes a type for gotypes: kind, elements and fields. */
#include "inspector/symbols/symbols_impl.h"

#include "gotypes/types/types.h"

static struct gt_type_ref ref_at(struct gt_dwarf *dwarf, Dwarf_Die die, unsigned attribute)
{
    uint64_t offset = 0;
    if (!gt_die_reference(&dwarf->reader, die, attribute, &offset)) return (struct gt_type_ref){0};
    return gt_type_ref(dwarf, offset);
}

static void describe_parts(struct gt_dwarf *dwarf, Dwarf_Die die, struct gt_debug_type *type)
{
    switch (type->kind) {
    case GT_T_MAP:
        type->key = ref_at(dwarf, die, GT_AT_GO_KEY);
        type->elem = ref_at(dwarf, die, GT_AT_GO_ELEM);
        break;
    case GT_T_CHAN:
    case GT_T_SLICE:
        type->elem = ref_at(dwarf, die, GT_AT_GO_ELEM);
        break;
    case GT_T_ARRAY:
        type->len = gt_array_length(&dwarf->reader, die);
        type->elem = ref_at(dwarf, die, DW_AT_type);
        break;
    case GT_T_POINTER:
        type->elem = ref_at(dwarf, die, DW_AT_type);
        break;
    default:
        break;
    }
}

static void describe_fields(struct gt_dwarf *dwarf, uint64_t offset, struct gt_debug_type *type)
{
    struct gt_vec members = GT_VEC_OF(struct gt_member);
    if (!gt_members(dwarf, offset, &members) || !members.len) {
        gt_vec_deinit(&members);
        return;
    }
    struct gt_debug_field *fields = gt_arena_alloc(&dwarf->arena, members.len * sizeof *fields);
    for (size_t i = 0; i < members.len; i++) {
        const struct gt_member *member = gt_vec_at(&members, i);
        fields[i] = (struct gt_debug_field){.name = member->name,
                                            .offset = member->offset,
                                            .type = gt_type_ref(dwarf, member->type)};
    }
    type->fields = fields;
    type->field_count = members.len;
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

static const struct gt_debug_type *describe(struct gt_dwarf *dwarf, uint64_t offset)
{
    const struct gt_type_info *info = gt_type_info(dwarf, offset);
    Dwarf_Die die;
    if (!info || !info->kind || !gt_die_at(&dwarf->reader, info->offset, &die)) return NULL;
    struct gt_debug_type *type = gt_arena_alloc(&dwarf->arena, sizeof *type);
    *type = (struct gt_debug_type){
        .kind = info->kind, .size = info->size, .name = name_of(dwarf, info, die)};
    describe_parts(dwarf, die, type);
    gt_die_deinit(die);
    if (has_fields(info->kind)) describe_fields(dwarf, info->offset, type);
    return type;
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

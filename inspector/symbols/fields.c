/* Members of structs, and fields by a dotted path. Dozens of fields of the same few structs are
 * asked for, so the members of a struct on a path are kept. */
#include "inspector/symbols/symbols_impl.h"

#include "inspector/base/alloc.h"

#include <string.h>

static bool is_composite(unsigned tag)
{
    return tag == DW_TAG_structure_type || tag == DW_TAG_class_type;
}

/* The struct at the end of a chain of typedefs (an interface's runtime.iface); 0 if none. */
static uint64_t struct_behind(struct gt_die_reader *reader, uint64_t offset)
{
    for (int depth = 0; depth < GT_MAX_CHAIN; depth++) {
        Dwarf_Die die;
        if (!gt_die_at(reader, offset, &die)) return 0;
        unsigned tag = gt_die_tag(reader, die);
        bool more = !is_composite(tag) && tag != DW_TAG_pointer_type && tag != DW_TAG_array_type &&
                    gt_die_reference(reader, die, DW_AT_type, &offset);
        gt_die_deinit(die);
        if (!more) return is_composite(tag) ? offset : 0;
    }
    return 0;
}

static void add_member(struct gt_die_reader *reader, Dwarf_Die die, struct gt_vec *members)
{
    struct gt_member member = {.name = gt_die_name(reader, die)};
    uint64_t bits = 0;
    if (!member.name) member.name = ""; /* C's anonymous structs and unions */
    if (!gt_die_unsigned(reader, die, DW_AT_data_member_location, &member.offset) &&
        gt_die_unsigned(reader, die, DW_AT_data_bit_offset, &bits))
        member.offset = bits / 8;
    if (gt_die_reference(reader, die, DW_AT_type, &member.type)) gt_vec_add(members, &member);
}

bool gt_members(struct gt_dwarf *dwarf, uint64_t type, struct gt_vec *members)
{
    struct gt_die_reader *reader = &dwarf->reader;
    Dwarf_Die parent, die;
    uint64_t offset = struct_behind(reader, type);
    if (!offset || !gt_die_at(reader, offset, &parent)) return false;
    for (bool more = gt_die_first(reader, parent, &die); more; more = gt_die_next(reader, &die))
        if (gt_die_tag(reader, die) == DW_TAG_member) add_member(reader, die, members);
    gt_die_deinit(parent);
    return true;
}

struct kept_members {
    size_t count;
    struct gt_member list[];
};

/* NULL when the type is no struct. */
static const struct kept_members *members_of(struct gt_dwarf *dwarf, uint64_t type)
{
    bool added = false;
    uint64_t *slot = gt_map_put(&dwarf->members, type, &added);
    if (!added) return (const struct kept_members *)(uintptr_t)*slot;
    struct gt_vec members = GT_VEC_OF(struct gt_member);
    if (gt_members(dwarf, type, &members)) {
        size_t bytes = members.len * members.elem_size;
        struct kept_members *kept = gt_arena_alloc(&dwarf->arena, sizeof *kept + bytes);
        kept->count = members.len;
        if (bytes) memcpy(kept->list, members.data, bytes);
        *slot = (uintptr_t)kept;
    }
    gt_vec_deinit(&members);
    return (const struct kept_members *)(uintptr_t)*slot;
}

static const struct gt_member *named(const struct kept_members *members, const char *name,
                                     size_t length)
{
    for (size_t i = 0; members && i < members->count; i++) {
        const struct gt_member *member = &members->list[i];
        if (strncmp(member->name, name, length) == 0 && !member->name[length]) return member;
    }
    return NULL;
}

/* One step of a path: from the struct type to the member's offset in it and its type. */
static bool step(struct gt_dwarf *dwarf, const char *name, size_t length, uint64_t *type,
                 uint64_t *offset)
{
    const struct gt_member *found = named(members_of(dwarf, *type), name, length);
    bool good = found && gt_add(*offset, found->offset, offset);
    if (good) *type = found->type;
    return good;
}

bool gt_dwarf_field(void *ctx, const char *type, const char *path, uint64_t *offset, uint64_t *size)
{
    struct gt_dwarf *dwarf = ctx;
    uint64_t at = 0, total = 0;
    if (!gt_index_find(dwarf, &dwarf->index.types, type, &at)) return false;
    for (const char *name = path;;) {
        size_t length = strcspn(name, ".");
        if (!step(dwarf, name, length, &at, &total)) return false;
        if (!name[length]) break;
        name += length + 1;
    }
    const struct gt_type_info *info = gt_type_info(dwarf, at);
    *offset = total;
    *size = info ? info->size : 0;
    return true;
}

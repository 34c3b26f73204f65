/*
 * What a type is, behind typedefs and qualifiers. Go's named types are typedefs of the entry that
 * has the kind. Maps, channels and interfaces are typedefs that have the kind themselves.
 */
#include "inspector/symbols/symbols_impl.h"

#include "gotypes/types/types.h"
#include "inspector/base/alloc.h"

#include <string.h>

enum { KIND_MASK = 31, POINTER_SIZE = 8 };

static bool sees_through(unsigned tag)
{
    return tag == DW_TAG_typedef || tag == DW_TAG_const_type || tag == DW_TAG_volatile_type ||
           tag == DW_TAG_restrict_type || tag == DW_TAG_atomic_type;
}

static unsigned integer_kind(uint64_t size, bool is_signed)
{
    switch (size) {
    case 1:
        return is_signed ? GT_T_INT8 : GT_T_UINT8;
    case 2:
        return is_signed ? GT_T_INT16 : GT_T_UINT16;
    case 4:
        return is_signed ? GT_T_INT32 : GT_T_UINT32;
    case 8:
        return is_signed ? GT_T_INT64 : GT_T_UINT64;
    default:
        return 0;
    }
}

static unsigned base_kind(struct gt_die_reader *reader, Dwarf_Die die)
{
    uint64_t encoding = 0, size = 0;
    gt_die_unsigned(reader, die, DW_AT_encoding, &encoding);
    gt_die_unsigned(reader, die, DW_AT_byte_size, &size);
    switch (encoding) {
    case DW_ATE_boolean:
        return GT_T_BOOL;
    case DW_ATE_float:
        return size == 4 ? GT_T_FLOAT32 : size == 8 ? GT_T_FLOAT64 : 0;
    case DW_ATE_complex_float:
        return size == 8 ? GT_T_COMPLEX64 : size == 16 ? GT_T_COMPLEX128 : 0;
    default:
        return integer_kind(size, encoding == DW_ATE_signed || encoding == DW_ATE_signed_char);
    }
}

/* The nearest kind for an entry without one from Go's linker: C's types, and Go's
 * unsafe.Pointer. */
static unsigned kind_of_tag(struct gt_die_reader *reader, Dwarf_Die die, unsigned tag)
{
    uint64_t target = 0, size = 0;
    switch (tag) {
    case DW_TAG_base_type:
        return base_kind(reader, die);
    case DW_TAG_enumeration_type:
        return gt_die_unsigned(reader, die, DW_AT_byte_size, &size) ? integer_kind(size, true) : 0;
    case DW_TAG_pointer_type:
        return gt_die_reference(reader, die, DW_AT_type, &target) ? GT_T_POINTER
                                                                  : GT_T_UNSAFE_POINTER;
    case DW_TAG_array_type:
        return GT_T_ARRAY;
    case DW_TAG_structure_type:
    case DW_TAG_class_type:
    case DW_TAG_union_type:
        return GT_T_STRUCT;
    default:
        return 0;
    }
}

/* One step from the type: true when this entry has the kind. */
static bool take(struct gt_die_reader *reader, Dwarf_Die die, struct gt_type_info *info)
{
    unsigned tag = gt_die_tag(reader, die);
    uint64_t kind = 0;
    const char *name = gt_die_name(reader, die);
    if (name && !info->name) info->name = name;
    gt_die_unsigned(reader, die, GT_AT_GO_KIND, &kind);
    if (!(kind & KIND_MASK) && sees_through(tag)) return false;
    info->kind = kind & KIND_MASK ? kind & KIND_MASK : kind_of_tag(reader, die, tag);
    info->offset = gt_die_offset(reader, die);
    info->anonymous = !name;
    gt_die_address(reader, die, GT_AT_GO_RUNTIME_TYPE, &info->runtime_type);
    return true;
}

/* Visits the entries from `offset` on, each the target of the one before, until `done`. */
static bool follow(struct gt_die_reader *reader, uint64_t offset,
                   bool (*done)(struct gt_die_reader *, Dwarf_Die, void *), void *ctx)
{
    for (int depth = 0; depth < GT_MAX_CHAIN; depth++) {
        Dwarf_Die die;
        if (!gt_die_at(reader, offset, &die)) return false;
        bool found = done(reader, die, ctx);
        bool more = !found && gt_die_reference(reader, die, DW_AT_type, &offset);
        gt_die_deinit(die);
        if (!more) return found;
    }
    return false;
}

static bool has_kind(struct gt_die_reader *reader, Dwarf_Die die, void *ctx)
{
    return take(reader, die, ctx);
}

struct sizer {
    uint64_t times, size;
};

static bool has_size(struct gt_die_reader *reader, Dwarf_Die die, void *ctx)
{
    struct sizer *sizer = ctx;
    unsigned tag = gt_die_tag(reader, die);
    uint64_t bytes = 0;
    bool known = gt_die_unsigned(reader, die, DW_AT_byte_size, &bytes);
    if (!known && (tag == DW_TAG_pointer_type || tag == DW_TAG_reference_type)) {
        bytes = POINTER_SIZE;
        known = true;
    }
    if (known && !gt_mul(bytes, sizer->times, &sizer->size)) sizer->size = 0;
    if (!known && tag == DW_TAG_array_type)
        return !gt_mul(sizer->times, gt_array_length(reader, die), &sizer->times);
    return known;
}

static uint64_t size_of(struct gt_die_reader *reader, uint64_t offset)
{
    struct sizer sizer = {.times = 1};
    follow(reader, offset, has_size, &sizer);
    return sizer.size;
}

static bool subrange_count(struct gt_die_reader *reader, Dwarf_Die die, uint64_t *count)
{
    if (gt_die_unsigned(reader, die, DW_AT_count, count)) return true;
    uint64_t last = 0;
    bool found = gt_die_unsigned(reader, die, DW_AT_upper_bound, &last) && last < UINT64_MAX;
    *count = last + 1;
    return found;
}

uint64_t gt_array_length(struct gt_die_reader *reader, Dwarf_Die array)
{
    uint64_t total = 1, count = 0;
    bool known = false;
    Dwarf_Die die;
    for (bool more = gt_die_first(reader, array, &die); more; more = gt_die_next(reader, &die)) {
        if (gt_die_tag(reader, die) != DW_TAG_subrange_type) continue;
        known = subrange_count(reader, die, &count) && gt_mul(total, count, &total);
        if (!known) total = 0;
    }
    return known ? total : 0;
}

const struct gt_type_info *gt_type_info(struct gt_dwarf *dwarf, uint64_t offset)
{
    bool added = false;
    uint64_t *slot = gt_map_put(&dwarf->infos, offset, &added);
    if (!added) return (const struct gt_type_info *)(uintptr_t)*slot;
    struct gt_type_info info = {0};
    if (!follow(&dwarf->reader, offset, has_kind, &info)) return NULL;
    info.ref = info.anonymous ? offset : info.offset;
    info.size = size_of(&dwarf->reader, info.offset);
    struct gt_type_info *kept = gt_arena_alloc(&dwarf->arena, sizeof *kept);
    *kept = info;
    *slot = (uintptr_t)kept;
    return kept;
}

/*
 * The rtype's address in the target. The attribute is an offset from moduledata.types. Up to about
 * Go 1.24, that of uintptr alone is an address as linked.
 */
static uint64_t rtype_of(const struct gt_dwarf *dwarf, const struct gt_linked_type *type)
{
    uint64_t address = 0;
    if (!dwarf->types_base || !type->runtime_type) return 0;
    bool linked = type->is_uintptr && type->runtime_type >= dwarf->types_base - dwarf->bias;
    uint64_t base = linked ? dwarf->bias : dwarf->types_base;
    return gt_add(base, type->runtime_type, &address) ? address : 0;
}

struct gt_linked_type gt_linked_type(struct gt_dwarf *dwarf, uint64_t offset)
{
    const struct gt_type_info *info = offset ? gt_type_info(dwarf, offset) : NULL;
    if (!info || !info->kind) return (struct gt_linked_type){0};
    bool is_uintptr =
        info->kind == GT_T_UINTPTR && info->name && strcmp(info->name, "uintptr") == 0;
    return (struct gt_linked_type){info->ref, info->runtime_type, is_uintptr};
}

struct gt_type_ref gt_loaded_type(const struct gt_dwarf *dwarf, const struct gt_linked_type *type)
{
    uint64_t rtype = rtype_of(dwarf, type);
    return rtype ? (struct gt_type_ref){.rtype = rtype} : (struct gt_type_ref){.debug = type->ref};
}

struct gt_type_ref gt_type_ref(struct gt_dwarf *dwarf, uint64_t offset)
{
    struct gt_linked_type type = gt_linked_type(dwarf, offset);

    return gt_loaded_type(dwarf, &type);
}

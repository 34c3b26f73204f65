/*
 * A concrete entry (an inlined call's parameter, a variable declared elsewhere) points to the entry
 * that has its name and type.
 */
#include "inspector/symbols/symbols_impl.h"

static bool origin_of(struct gt_die_reader *reader, Dwarf_Die die, uint64_t *offset)
{
    return gt_die_reference(reader, die, DW_AT_abstract_origin, offset) ||
           gt_die_reference(reader, die, DW_AT_specification, offset);
}

static bool has_name(struct gt_die_reader *reader, Dwarf_Die die, void *out)
{
    const char **name = out;
    return (*name = gt_die_name(reader, die)) != NULL;
}

static bool has_type(struct gt_die_reader *reader, Dwarf_Die die, void *out)
{
    return gt_die_reference(reader, die, DW_AT_type, out);
}

/* Follows origins from `die` until `has` returns true. */
static bool search(struct gt_die_reader *reader, Dwarf_Die die,
                   bool (*has)(struct gt_die_reader *, Dwarf_Die, void *), void *out)
{
    uint64_t offset;
    if (has(reader, die, out)) return true;
    bool more = origin_of(reader, die, &offset);
    for (int depth = 0; more && depth < GT_MAX_CHAIN; depth++) {
        Dwarf_Die origin;
        if (!gt_die_at(reader, offset, &origin)) return false;
        bool found = has(reader, origin, out);
        more = !found && origin_of(reader, origin, &offset);
        gt_die_deinit(origin);
        if (found) return true;
    }
    return false;
}

const char *gt_origin_name(struct gt_dwarf *dwarf, Dwarf_Die die)
{
    const char *name = NULL;
    search(&dwarf->reader, die, has_name, &name);
    return name;
}

uint64_t gt_origin_type(struct gt_dwarf *dwarf, Dwarf_Die die)
{
    uint64_t type = 0;
    search(&dwarf->reader, die, has_type, &type);
    return type;
}

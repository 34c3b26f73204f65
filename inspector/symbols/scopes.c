/* Whether the pc lies in a lexical block or an inlined call: bounds, or one of two range lists. */
#include "inspector/symbols/symbols_impl.h"

static bool is_base(const Dwarf_Ranges *range)
{
    return range->dwr_type == DW_RANGES_ADDRESS_SELECTION;
}

/* .debug_ranges: pairs relative to a base, which starts as the unit's low_pc. */
static bool holds(const Dwarf_Ranges *ranges, Dwarf_Signed count, uint64_t base, uint64_t pc)
{
    for (Dwarf_Signed i = 0; i < count && ranges[i].dwr_type != DW_RANGES_END; i++) {
        if (is_base(&ranges[i]))
            base = ranges[i].dwr_addr2;
        else if (pc - base >= ranges[i].dwr_addr1 && pc - base < ranges[i].dwr_addr2)
            return true;
    }
    return false;
}

static uint64_t unit_base(struct gt_die_reader *reader, Dwarf_Die die)
{
    Dwarf_Off offset = 0;
    Dwarf_Die unit;
    Dwarf_Addr low = 0;
    if (!gt_die_ok(reader, dwarf_CU_dieoffset_given_die(die, &offset, &reader->error)) ||
        !gt_die_at(reader, offset, &unit))
        return 0;
    gt_die_ok(reader, dwarf_lowpc(unit, &low, &reader->error));
    gt_die_deinit(unit);
    return low;
}

static bool ranges_hold(struct gt_die_reader *reader, Dwarf_Die die, uint64_t offset, uint64_t pc)
{
    Dwarf_Off real = 0;
    Dwarf_Ranges *ranges = NULL;
    Dwarf_Signed count = 0;
    Dwarf_Unsigned bytes = 0;
    if (!gt_die_ok(reader, dwarf_get_ranges_b(reader->debug, offset, die, &real, &ranges, &count,
                                              &bytes, &reader->error)))
        return false;
    bool found = holds(ranges, count, unit_base(reader, die), pc);
    gt_libdwarf_free_ranges(reader->debug, ranges, count);
    return found;
}

static bool is_range(unsigned kind)
{
    return kind == DW_RLE_startx_endx || kind == DW_RLE_startx_length ||
           kind == DW_RLE_offset_pair || kind == DW_RLE_start_end || kind == DW_RLE_start_length;
}

static bool entry_holds(struct gt_die_reader *reader, Dwarf_Rnglists_Head head,
                        Dwarf_Unsigned index, uint64_t pc)
{
    unsigned length = 0, kind = 0;
    Dwarf_Unsigned raw_low = 0, raw_high = 0, low = 0, high = 0;
    Dwarf_Bool unavailable = false;
    return gt_die_ok(reader, dwarf_get_rnglists_entry_fields_a(head, index, &length, &kind,
                                                               &raw_low, &raw_high, &unavailable,
                                                               &low, &high, &reader->error)) &&
           is_range(kind) && !unavailable && low <= pc && pc < high;
}

static bool rnglist_holds(struct gt_die_reader *reader, Dwarf_Attribute attr, Dwarf_Half form,
                          uint64_t value, uint64_t pc)
{
    Dwarf_Rnglists_Head head = NULL;
    Dwarf_Unsigned count = 0, at = 0;
    bool found = false;
    if (!gt_die_ok(reader, dwarf_rnglists_get_rle_head(attr, form, value, &head, &count, &at,
                                                       &reader->error)))
        return false;
    for (Dwarf_Unsigned i = 0; i < count && !found; i++)
        found = entry_holds(reader, head, i, pc);
    dwarf_dealloc_rnglists_head(head);
    return found;
}

static bool list_holds(struct gt_die_reader *reader, Dwarf_Die die, Dwarf_Attribute attr,
                       uint64_t pc)
{
    Dwarf_Half form = 0, version = 0, offset_size = 0;
    Dwarf_Off offset = 0;
    Dwarf_Unsigned index = 0;
    if (!gt_die_ok(reader, dwarf_whatform(attr, &form, &reader->error)) ||
        !gt_die_ok(reader, dwarf_get_version_of_die(die, &version, &offset_size)))
        return false;
    if (form == DW_FORM_rnglistx)
        return gt_die_ok(reader, dwarf_formudata(attr, &index, &reader->error)) &&
               rnglist_holds(reader, attr, form, index, pc);
    if (!gt_die_ok(reader, dwarf_global_formref(attr, &offset, &reader->error))) return false;
    return version >= 5 ? rnglist_holds(reader, attr, form, offset, pc)
                        : ranges_hold(reader, die, offset, pc);
}

bool gt_scope_holds(struct gt_dwarf *dwarf, Dwarf_Die die, uint64_t pc)
{
    struct gt_die_reader *reader = &dwarf->reader;
    Dwarf_Attribute attr;
    uint64_t low = 0, high = 0;
    if (gt_die_bounds(reader, die, &low, &high)) return low <= pc && pc < high;
    if (!gt_die_attr(reader, die, DW_AT_ranges, &attr)) return false;
    bool found = list_holds(reader, die, attr, pc);
    dwarf_dealloc_attribute(attr);
    return found;
}

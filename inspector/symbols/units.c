/* The headers of units: read from the section's bytes where they are plain, else by libdwarf, which
 * goes from the first one to the last. */
#include "inspector/symbols/symbols_impl.h"

enum { RESERVED = 0xfffffff0 }; /* from here on a length means something else */

uint64_t gt_unit_entry(const struct gt_unit *unit)
{
    return unit->start + (unit->version >= 5 ? GT_UNIT_HEADER_5 : GT_UNIT_HEADER_4);
}

/* What is behind the version. Version 5 has the type of the unit, and has the rest in another
 * order. */
static bool read_rest(struct gt_byte_reader *bytes, struct gt_unit *unit)
{
    unsigned type = DW_UT_compile;

    if (unit->version >= 5) {
        type = (unsigned)gt_take_number(bytes, 1);
        unit->address_size = (unsigned)gt_take_number(bytes, 1);
        unit->abbreviations = gt_take_number(bytes, 4);
    } else {
        unit->abbreviations = gt_take_number(bytes, 4);
        unit->address_size = (unsigned)gt_take_number(bytes, 1);
    }
    return type == DW_UT_compile;
}

bool gt_unit_at(const struct gt_top_reader *reader, uint64_t start, struct gt_unit *unit)
{
    const struct gt_section_bytes *info = &reader->info;

    if (start >= info->size) return false;
    struct gt_byte_reader bytes = {.at = info->bytes + start, .end = info->bytes + info->size};
    uint64_t length = gt_take_number(&bytes, 4);
    if (length >= RESERVED || length > gt_bytes_left(&bytes)) return false;
    *unit = (struct gt_unit){.start = start, .end = start + 4 + length};
    unit->version = (unsigned)gt_take_number(&bytes, 2);
    unit->plain = unit->version >= 3 && unit->version <= 5 && read_rest(&bytes, unit);
    return unit->plain && !bytes.bad && gt_unit_entry(unit) < unit->end &&
           unit->address_size == sizeof(uint64_t) && unit->abbreviations < reader->abbrev.size;
}

bool gt_next_unit(struct gt_die_reader *reader, struct gt_unit *unit)
{
    Dwarf_Unsigned length, type_offset, next;
    Dwarf_Off abbreviations;
    Dwarf_Half version, address_size, length_size, extension_size, unit_type;
    Dwarf_Sig8 signature;
    if (!gt_die_step(reader, dwarf_next_cu_header_d(reader->debug, true, &length, &version,
                                                    &abbreviations, &address_size, &length_size,
                                                    &extension_size, &signature, &type_offset,
                                                    &next, &unit_type, &reader->error)))
        return false;
    *unit = (struct gt_unit){.start = unit->end,
                             .end = next,
                             .abbreviations = abbreviations,
                             .version = version,
                             .address_size = address_size,
                             .plain = length_size == 4 && extension_size == 0 &&
                                      unit_type == DW_UT_compile};
    return true;
}

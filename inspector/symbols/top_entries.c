/* Goes through the unit's bytes by the table of abbreviations, and counts how deep it is. Entries
 * below the unit's own are read; the attributes of deeper ones are skipped one by one. */
#include "inspector/symbols/top_entries.h"

#include "inspector/base/memory.h"
#include "inspector/symbols/libdwarf_compat.h"

enum {
    ADDRESS = 8,
    MOST_TABLES = 64, /* Go has one. So a file cannot ask for a table to be read again for each of
                       * its units. */
};

struct walk {
    const struct gt_top_reader *reader;
    struct gt_byte_reader bytes;
    uint64_t addresses; /* where the unit's part of .debug_addr starts; 0: not known */
    bool refused;       /* libdwarf must read the unit */
};

void gt_top_reader_init(struct gt_top_reader *reader, struct gt_section_bytes info,
                        struct gt_section_bytes abbrev, struct gt_section_bytes addr)
{
    *reader = (struct gt_top_reader){.info = info, .abbrev = abbrev, .addr = addr};
}

void gt_top_reader_deinit(struct gt_top_reader *reader)
{
    if (reader->has_table) gt_abbreviations_deinit(&reader->table);
}

static bool use_table(struct gt_top_reader *reader, uint64_t offset)
{
    if (reader->has_table && reader->table.offset == offset) return reader->good_table;
    if (reader->tables == MOST_TABLES) return false;
    reader->tables++;
    gt_top_reader_deinit(reader);
    reader->has_table = true;
    reader->good_table =
        gt_abbreviations_init(&reader->table, reader->abbrev.bytes, reader->abbrev.size, offset);
    return reader->good_table;
}

/* ---- attributes ---------------------------------------------------------------------------- */

static void skip(struct gt_byte_reader *bytes, struct gt_form_row row)
{
    switch (row.layout) {
    case GT_FORM_FIXED:
        gt_take_bytes(bytes, row.bytes);
        break;
    case GT_FORM_LEB:
        gt_take_leb(bytes);
        break;
    case GT_FORM_TEXT:
        gt_take_text(bytes);
        break;
    default:
        gt_take_bytes(bytes, row.bytes ? gt_take_number(bytes, row.bytes) : gt_take_leb(bytes));
        break;
    }
}

/* The value of a form that is a number. */
static uint64_t number(struct gt_byte_reader *bytes, struct gt_form_row row)
{
    return row.layout == GT_FORM_LEB ? gt_take_leb(bytes) : gt_take_number(bytes, row.bytes);
}

static bool is_constant(unsigned form)
{
    return form == DW_FORM_data1 || form == DW_FORM_data2 || form == DW_FORM_data4 ||
           form == DW_FORM_data8 || form == DW_FORM_udata;
}

/* The address with an index in the unit's part of .debug_addr. */
static bool indexed_address(const struct walk *walk, uint64_t index, uint64_t *out)
{
    const struct gt_section_bytes *table = &walk->reader->addr;

    if (!walk->addresses || walk->addresses > table->size ||
        index >= (table->size - walk->addresses) / ADDRESS)
        return false;
    *out = gt_load64(table->bytes + walk->addresses + index * ADDRESS);
    return true;
}

/* The address that the attribute is, or is the index of. */
static uint64_t address(struct walk *walk, const struct gt_attribute_form *attribute)
{
    uint64_t value = number(&walk->bytes, attribute->row), found;

    if (attribute->form == DW_FORM_addr) return value;
    if (attribute->form == DW_FORM_addrx && indexed_address(walk, value, &found)) return found;
    walk->refused = true;
    return 0;
}

static bool is_number(const struct gt_attribute_form *attribute)
{
    return attribute->row.layout == GT_FORM_LEB ||
           (attribute->row.layout == GT_FORM_FIXED && attribute->row.bytes <= sizeof(uint64_t));
}

static void read_name(struct walk *walk, const struct gt_attribute_form *attribute,
                      struct gt_top_entry *entry)
{
    if (attribute->form == DW_FORM_string)
        entry->name = gt_take_text(&walk->bytes);
    else
        walk->refused = true;
}

/* A subprogram's end is an address, or its distance from the start. */
static void read_subprogram(struct walk *walk, const struct gt_attribute_form *attributes,
                            uint32_t count, struct gt_top_entry *entry)
{
    uint64_t distance = 0;
    bool has_low = false;

    for (uint32_t i = 0; i < count; i++) {
        bool number_form = is_number(&attributes[i]);
        if (attributes[i].name == DW_AT_low_pc && number_form) {
            has_low = true;
            entry->low = address(walk, &attributes[i]);
        } else if (attributes[i].name != DW_AT_high_pc || !number_form) {
            skip(&walk->bytes, attributes[i].row);
        } else if (is_constant(attributes[i].form)) {
            distance = number(&walk->bytes, attributes[i].row);
        } else {
            entry->high = address(walk, &attributes[i]);
        }
    }
    if (distance && has_low) entry->high = entry->low + distance;
}

/* The address of an expression that is nothing else; 0 for any other one. */
static uint64_t read_place(struct walk *walk, const struct gt_attribute_form *attribute)
{
    struct gt_byte_reader bytes = {.at = walk->bytes.at};
    unsigned counted = attribute->row.bytes; /* bytes of its length; 0: in LEB128 */
    uint64_t found = 0;

    skip(&walk->bytes, attribute->row);
    bytes.end = walk->bytes.at;
    (void)(counted ? gt_take_number(&bytes, counted) : gt_take_leb(&bytes));
    uint64_t operation = gt_take_number(&bytes, 1);
    if (operation == DW_OP_addr)
        found = gt_take_number(&bytes, ADDRESS);
    else if (operation != DW_OP_addrx || !indexed_address(walk, gt_take_leb(&bytes), &found))
        return 0;
    return bytes.bad || gt_bytes_left(&bytes) ? 0 : found;
}

static bool is_expression(unsigned form)
{
    return form == DW_FORM_exprloc || form == DW_FORM_block1;
}

/* A variable without a name has one in its declaration, which may be in another unit. */
static void read_named(struct walk *walk, const struct gt_attribute_form *attributes,
                       uint32_t count, struct gt_top_entry *entry)
{
    for (uint32_t i = 0; i < count; i++)
        if (attributes[i].name == DW_AT_name)
            read_name(walk, &attributes[i], entry);
        else if (attributes[i].name == DW_AT_location && is_expression(attributes[i].form))
            entry->address = read_place(walk, &attributes[i]);
        else if (attributes[i].name == DW_AT_type && attributes[i].form == DW_FORM_ref_addr)
            entry->type = number(&walk->bytes, attributes[i].row);
        else
            skip(&walk->bytes, attributes[i].row);
    if (entry->tag == DW_TAG_variable && !entry->name) walk->refused = true;
}

static const struct gt_attribute_form *attributes_of(const struct walk *walk,
                                                     const struct gt_abbreviation *abbreviation)
{
    const struct gt_attribute_form *all = walk->reader->table.attributes.data;

    return all ? all + abbreviation->first : NULL; /* no abbreviation has an attribute */
}

static void skip_attributes(struct walk *walk, const struct gt_abbreviation *abbreviation)
{
    const struct gt_attribute_form *attributes = attributes_of(walk, abbreviation);

    for (uint32_t i = 0; i < abbreviation->count; i++)
        skip(&walk->bytes, attributes[i].row);
}

/* ---- entries ------------------------------------------------------------------------------- */

bool gt_top_is_type(unsigned tag)
{
    static const unsigned types[] = {
        DW_TAG_structure_type, DW_TAG_pointer_type, DW_TAG_typedef,          DW_TAG_subroutine_type,
        DW_TAG_base_type,      DW_TAG_array_type,   DW_TAG_enumeration_type, DW_TAG_union_type};

    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i] == tag) return true;
    return false;
}

static bool is_indexed(unsigned tag)
{
    return tag == DW_TAG_subprogram || tag == DW_TAG_variable || tag == DW_TAG_constant ||
           gt_top_is_type(tag);
}

static void read_top(struct walk *walk, uint64_t offset, const struct gt_abbreviation *abbreviation,
                     struct gt_vec *entries)
{
    const struct gt_attribute_form *attributes = attributes_of(walk, abbreviation);
    struct gt_top_entry entry = {.offset = offset, .tag = abbreviation->tag};

    if (!is_indexed(entry.tag)) {
        skip_attributes(walk, abbreviation);
        return;
    }
    if (entry.tag == DW_TAG_subprogram)
        read_subprogram(walk, attributes, abbreviation->count, &entry);
    else
        read_named(walk, attributes, abbreviation->count, &entry);
    gt_vec_add(entries, &entry);
}

/* The unit's own entry says what its language is, and where its addresses start. */
static void read_unit_entry(struct walk *walk, const struct gt_abbreviation *abbreviation)
{
    const struct gt_attribute_form *attributes = attributes_of(walk, abbreviation);
    uint64_t language = 0;

    for (uint32_t i = 0; i < abbreviation->count; i++)
        if (attributes[i].name == DW_AT_addr_base && attributes[i].form == DW_FORM_sec_offset)
            walk->addresses = number(&walk->bytes, attributes[i].row);
        else if (attributes[i].name == DW_AT_language && is_constant(attributes[i].form))
            language = number(&walk->bytes, attributes[i].row);
        else
            skip(&walk->bytes, attributes[i].row);
    walk->refused = language != DW_LANG_Go;
}

/* The depth of an entry is the number of entries around it. 0 is the unit's own. */
static bool read_entries(struct walk *walk, struct gt_vec *entries)
{
    const unsigned char *section = walk->reader->info.bytes;
    uint64_t depth = 0;

    do {
        uint64_t offset = (uint64_t)(walk->bytes.at - section), code = gt_take_leb(&walk->bytes);
        if (!code && !walk->bytes.bad && depth > 0) {
            depth--;
            continue;
        }
        const struct gt_abbreviation *found = gt_abbreviation_of(&walk->reader->table, code);
        if (!found) return false;
        if (depth > 1)
            skip_attributes(walk, found);
        else if (depth == 1)
            read_top(walk, offset, found, entries);
        else
            read_unit_entry(walk, found);
        depth += found->children;
    } while (depth > 0 && !walk->bytes.bad && !walk->refused);
    return !walk->bytes.bad && !walk->refused;
}

bool gt_top_entries_read(struct gt_top_reader *reader, const struct gt_unit *unit,
                         struct gt_vec *entries)
{
    struct walk walk = {.reader = reader};
    uint64_t header = unit->version >= 5 ? GT_UNIT_HEADER_5 : GT_UNIT_HEADER_4;

    gt_vec_clear(entries);
    if (!unit->plain || unit->version < 3 || unit->version > 5 || unit->address_size != ADDRESS ||
        unit->end > reader->info.size || unit->start > unit->end ||
        unit->end - unit->start <= header || !use_table(reader, unit->abbreviations))
        return false;
    walk.bytes.at = reader->info.bytes + unit->start + header;
    walk.bytes.end = reader->info.bytes + unit->end;
    return read_entries(&walk, entries);
}

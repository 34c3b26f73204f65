/* Reads the table into two vectors: the abbreviations by code, and the attributes of all of them in
 * a row. A constant table says how many bytes each form takes. */
#include "inspector/symbols/abbreviations.h"

#include "inspector/symbols/libdwarf_compat.h"

enum { FORMS = DW_FORM_addrx4 + 1 };

/* Forms whose length depends on nothing but themselves, in the 32-bit format of DWARF 3 to 5 and
 * with addresses of 8 bytes. DW_FORM_indirect is no such form: each entry names the form of its
 * value. */
static const struct gt_form_row forms[FORMS] = {
    [DW_FORM_addr] = {GT_FORM_FIXED, 8},         [DW_FORM_block2] = {GT_FORM_BLOCK, 2},
    [DW_FORM_block4] = {GT_FORM_BLOCK, 4},       [DW_FORM_data2] = {GT_FORM_FIXED, 2},
    [DW_FORM_data4] = {GT_FORM_FIXED, 4},        [DW_FORM_data8] = {GT_FORM_FIXED, 8},
    [DW_FORM_string] = {GT_FORM_TEXT, 0},        [DW_FORM_block] = {GT_FORM_BLOCK, 0},
    [DW_FORM_block1] = {GT_FORM_BLOCK, 1},       [DW_FORM_data1] = {GT_FORM_FIXED, 1},
    [DW_FORM_flag] = {GT_FORM_FIXED, 1},         [DW_FORM_sdata] = {GT_FORM_LEB, 0},
    [DW_FORM_strp] = {GT_FORM_FIXED, 4},         [DW_FORM_udata] = {GT_FORM_LEB, 0},
    [DW_FORM_ref_addr] = {GT_FORM_FIXED, 4},     [DW_FORM_ref1] = {GT_FORM_FIXED, 1},
    [DW_FORM_ref2] = {GT_FORM_FIXED, 2},         [DW_FORM_ref4] = {GT_FORM_FIXED, 4},
    [DW_FORM_ref8] = {GT_FORM_FIXED, 8},         [DW_FORM_ref_udata] = {GT_FORM_LEB, 0},
    [DW_FORM_sec_offset] = {GT_FORM_FIXED, 4},   [DW_FORM_exprloc] = {GT_FORM_BLOCK, 0},
    [DW_FORM_flag_present] = {GT_FORM_FIXED, 0}, [DW_FORM_strx] = {GT_FORM_LEB, 0},
    [DW_FORM_addrx] = {GT_FORM_LEB, 0},          [DW_FORM_data16] = {GT_FORM_FIXED, 16},
    [DW_FORM_line_strp] = {GT_FORM_FIXED, 4},    [DW_FORM_ref_sig8] = {GT_FORM_FIXED, 8},
    [DW_FORM_loclistx] = {GT_FORM_LEB, 0},       [DW_FORM_rnglistx] = {GT_FORM_LEB, 0},
    [DW_FORM_strx1] = {GT_FORM_FIXED, 1},        [DW_FORM_strx2] = {GT_FORM_FIXED, 2},
    [DW_FORM_strx3] = {GT_FORM_FIXED, 3},        [DW_FORM_strx4] = {GT_FORM_FIXED, 4},
    [DW_FORM_addrx1] = {GT_FORM_FIXED, 1},       [DW_FORM_addrx2] = {GT_FORM_FIXED, 2},
    [DW_FORM_addrx3] = {GT_FORM_FIXED, 3},       [DW_FORM_addrx4] = {GT_FORM_FIXED, 4},
};

/* The attributes of one abbreviation, up to the pair of zeros; false when one cannot be skipped. */
static bool add_attributes(struct gt_abbreviations *table, struct gt_byte_reader *reader,
                           struct gt_abbreviation *added)
{
    added->first = (uint32_t)table->attributes.len;
    for (;;) {
        uint64_t name = gt_take_leb(reader), form = gt_take_leb(reader);
        if (reader->bad) return false;
        if (!name && !form) break;
        if (name > UINT16_MAX || form >= FORMS || !forms[form].layout) return false;
        struct gt_attribute_form attribute = {(uint16_t)name, (uint16_t)form, forms[form]};
        gt_vec_add(&table->attributes, &attribute);
    }
    added->count = (uint32_t)table->attributes.len - added->first;
    return true;
}

static bool put(struct gt_abbreviations *table, uint64_t code, const struct gt_abbreviation *added)
{
    if (code > GT_MOST_ABBREVIATIONS || !added->tag) return false;
    while (table->list.len <= code)
        gt_vec_push(&table->list);
    struct gt_abbreviation *place = gt_vec_at(&table->list, code);
    if (place->tag) return false;
    *place = *added;
    return true;
}

bool gt_abbreviations_init(struct gt_abbreviations *table, const unsigned char *section,
                           uint64_t size, uint64_t offset)
{
    *table = (struct gt_abbreviations){.offset = offset,
                                       .list = GT_VEC_OF(struct gt_abbreviation),
                                       .attributes = GT_VEC_OF(struct gt_attribute_form)};
    if (offset >= size) return false;
    struct gt_byte_reader reader = {section + offset, section + size, false};
    for (;;) {
        uint64_t code = gt_take_leb(&reader);
        if (!code) return !reader.bad;
        struct gt_abbreviation added = {.tag = (uint32_t)gt_take_leb(&reader)};
        added.children = gt_take_number(&reader, 1);
        if (!add_attributes(table, &reader, &added) || !put(table, code, &added)) return false;
    }
}

void gt_abbreviations_deinit(struct gt_abbreviations *table)
{
    gt_vec_deinit(&table->list);
    gt_vec_deinit(&table->attributes);
}

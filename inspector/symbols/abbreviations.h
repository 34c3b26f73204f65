/*
 * A table of abbreviations: which attributes the entries of a unit have, and in which forms.
 *
 * Invariants: every form of a table that was read is in the table of forms, so that an entry can be
 * skipped. A table with any other form is refused: libdwarf then reads the units that use it. Codes
 * are at most GT_MOST_ABBREVIATIONS.
 */
#ifndef GT_SYMBOLS_ABBREVIATIONS_H
#define GT_SYMBOLS_ABBREVIATIONS_H

#include "inspector/base/vec.h"
#include "inspector/symbols/byte_reader.h"

enum { GT_MOST_ABBREVIATIONS = 1 << 12 };

/* How a value is laid out, by its form. */
enum gt_form_layout {
    GT_FORM_UNKNOWN,
    GT_FORM_FIXED, /* so many bytes */
    GT_FORM_LEB,   /* a number in LEB128 */
    GT_FORM_TEXT,  /* ends with a NUL */
    GT_FORM_BLOCK, /* its length in so many bytes (0: in LEB128), then the bytes */
};

struct gt_form_row {
    uint8_t layout; /* enum gt_form_layout */
    uint8_t bytes;
};

struct gt_attribute_form {
    uint16_t name, form;
    struct gt_form_row row; /* of the form */
};

struct gt_abbreviation {
    uint32_t tag;          /* 0: the table does not have this code */
    uint32_t first, count; /* of gt_abbreviations.attributes */
    bool children;
};

struct gt_abbreviations {
    uint64_t offset;          /* of the table in its section */
    struct gt_vec list;       /* struct gt_abbreviation, by code */
    struct gt_vec attributes; /* struct gt_attribute_form */
};

/* False when the table is damaged, or has what is not known here. The caller deinits it in any
 * case. */
bool gt_abbreviations_init(struct gt_abbreviations *table, const unsigned char *section,
                           uint64_t size, uint64_t offset);
void gt_abbreviations_deinit(struct gt_abbreviations *table);

/* NULL when the table does not have the code. */
static inline const struct gt_abbreviation *gt_abbreviation_of(const struct gt_abbreviations *table,
                                                               uint64_t code)
{
    if (code >= table->list.len) return NULL;
    const struct gt_abbreviation *found = (const struct gt_abbreviation *)table->list.data + code;
    return found->tag ? found : NULL;
}

#endif

/*
 * The top-level entries of a unit that Go's compiler wrote, read without libdwarf.
 *
 * Go's entries have no sibling attributes, so each child of a subprogram must be parsed to find the
 * next subprogram. Nearly all entries of a binary are such children. libdwarf checks each of their
 * attributes alone, which takes most of the time to open a large binary. Here they are skipped.
 *
 * Invariants: a unit with anything that this module does not read as libdwarf would is refused, and
 * libdwarf reads it instead. Offsets are in .debug_info. Names are that section's own bytes.
 */
#ifndef GT_SYMBOLS_TOP_ENTRIES_H
#define GT_SYMBOLS_TOP_ENTRIES_H

#include "inspector/symbols/abbreviations.h"

struct gt_unit {            /* the header of a unit, as libdwarf read it */
    uint64_t start, end;    /* end is where the next unit's header starts */
    uint64_t abbreviations; /* the offset of its table */
    unsigned version, address_size;
    bool plain; /* a compile unit in the 32-bit format */
};

enum { GT_UNIT_HEADER_4 = 11, GT_UNIT_HEADER_5 = 12 }; /* bytes of DWARF 3 and 4, of DWARF 5 */

struct gt_top_entry {
    uint64_t offset;
    unsigned tag;
    const char *name;       /* of anything but a subprogram; NULL: it has none */
    uint64_t low, high;     /* of a subprogram: [low, high), as linked; empty: it has no code */
    uint64_t address, type; /* of a variable: as linked, and where its type is; 0: for libdwarf to
                             * find */
};

struct gt_section_bytes {
    const unsigned char *bytes; /* NULL: the file does not have the section */
    uint64_t size;
};

struct gt_top_reader {
    struct gt_section_bytes info, abbrev, addr; /* .debug_info and so on */
    struct gt_abbreviations table;              /* the latest one that was read */
    bool has_table, good_table;
    unsigned tables; /* how many were read */
};

void gt_top_reader_init(struct gt_top_reader *reader, struct gt_section_bytes info,
                        struct gt_section_bytes abbrev, struct gt_section_bytes addr);
void gt_top_reader_deinit(struct gt_top_reader *reader);

bool gt_top_is_type(unsigned tag);

/* Sets `entries` (struct gt_top_entry) to those of the unit that have a name or code: types,
 * constants, variables and subprograms. False, and `entries` means nothing, when libdwarf must read
 * the unit: one that is not of Go is among them. */
bool gt_top_entries_read(struct gt_top_reader *reader, const struct gt_unit *unit,
                         struct gt_vec *entries);

#endif

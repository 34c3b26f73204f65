/*
 * Debugging entries (DIEs), read one attribute at a time.
 *
 * Invariants: every function takes the reader, which keeps and frees libdwarf's errors. A function
 * here only says whether the entry or attribute exists: callers see damaged as absent. The caller
 * that asked for a DIE frees it, or gt_die_next(), which takes it over, does.
 */
#ifndef GT_SYMBOLS_DIE_H
#define GT_SYMBOLS_DIE_H

#include "inspector/symbols/libdwarf_compat.h"

struct gt_die_reader {
    Dwarf_Debug debug;
    Dwarf_Error error; /* of the libdwarf call in progress */
    size_t faults;     /* walks that ended at an unreadable entry */
};

/* Whether a libdwarf call succeeded; frees its error if not. */
bool gt_die_ok(struct gt_die_reader *reader, int rc);
/* The same for a step of a walk, where an error (not an end) is a fault. */
bool gt_die_step(struct gt_die_reader *reader, int rc);

bool gt_die_at(struct gt_die_reader *reader, uint64_t offset, Dwarf_Die *die);
void gt_die_deinit(Dwarf_Die die);

/* for (bool more = gt_die_first(r, parent, &die); more; more = gt_die_next(r, &die)) */
bool gt_die_first(struct gt_die_reader *reader, Dwarf_Die parent, Dwarf_Die *child);
bool gt_die_next(struct gt_die_reader *reader, Dwarf_Die *die);

uint64_t gt_die_offset(struct gt_die_reader *reader, Dwarf_Die die);  /* 0 when unknown */
unsigned gt_die_tag(struct gt_die_reader *reader, Dwarf_Die die);     /* 0 when unknown */
const char *gt_die_name(struct gt_die_reader *reader, Dwarf_Die die); /* NULL when it has none */

/* The caller frees the attribute with dwarf_dealloc_attribute(). */
bool gt_die_attr(struct gt_die_reader *reader, Dwarf_Die die, unsigned number,
                 Dwarf_Attribute *out);
bool gt_die_unsigned(struct gt_die_reader *reader, Dwarf_Die die, unsigned number, uint64_t *out);
bool gt_die_signed(struct gt_die_reader *reader, Dwarf_Die die, unsigned number, int64_t *out);
bool gt_die_address(struct gt_die_reader *reader, Dwarf_Die die, unsigned number, uint64_t *out);
/* A reference to another DIE, as its offset in .debug_info. */
bool gt_die_reference(struct gt_die_reader *reader, Dwarf_Die die, unsigned number, uint64_t *out);

/* low_pc and high_pc, the latter made absolute; false when there is no such pair. */
bool gt_die_bounds(struct gt_die_reader *reader, Dwarf_Die die, uint64_t *low, uint64_t *high);

#endif

/*
 * The top-level entries of many units, read by several threads.
 *
 * Invariants: units come in the order of the file, whatever thread read them. The section's bytes
 * are only read. Names are those bytes.
 */
#ifndef GT_SYMBOLS_UNIT_BATCH_H
#define GT_SYMBOLS_UNIT_BATCH_H

#include "inspector/base/vec.h"
#include "inspector/symbols/top_entries.h"

struct gt_read_unit {
    struct gt_unit unit;
    struct gt_vec entries; /* struct gt_top_entry */
    bool good;             /* false: libdwarf must read it, and `entries` means nothing */
};

/* Reads some of the units from the one at `start` on, as far as their headers are plain, and adds
 * them to `units` (struct gt_read_unit). None if `start` is the end, or libdwarf must read that
 * header. Counts the tables that `top` may still read; no other part of it changes. */
void gt_unit_batch_read(struct gt_top_reader *top, uint64_t start, unsigned threads,
                        struct gt_vec *units);
void gt_unit_batch_clear(struct gt_vec *units); /* frees the entries */

#endif

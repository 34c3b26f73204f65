/*
 * The debug sections of an ELF file in memory, unpacked when they are asked for, or ahead.
 *
 * Invariants: what `bytes` returns stays until the sections are closed. Sizes are checked against
 * the file. The unpacked size that a compressed section claims is checked against a bound of its
 * format, so that a hostile header cannot ask for more memory than its file could fill.
 */
#ifndef GT_SYMBOLS_SECTIONS_H
#define GT_SYMBOLS_SECTIONS_H

#include "inspector/base/error.h"
#include "inspector/symbols/libdwarf_compat.h"

struct gt_debug_sections;

struct gt_error *gt_debug_sections_open(const unsigned char *file, uint64_t size,
                                        struct gt_debug_sections **out);
void gt_debug_sections_close(struct gt_debug_sections *sections); /* NULL is allowed */
/* How many debug sections were left out because they are damaged or packed in an unknown way. */
size_t gt_debug_sections_lost(const struct gt_debug_sections *sections);
/* The section's bytes; NULL when the file has no such section, or it cannot be unpacked. */
const unsigned char *gt_debug_section_bytes(struct gt_debug_sections *sections, const char *name,
                                            uint64_t *size);
/* Begins to unpack the sections of entries, and then those of lists, in a task (base/task.h); each
 * kind in one of its own if two tasks may run. Whoever asks for a section later waits for its
 * task. */
void gt_debug_sections_read_ahead(struct gt_debug_sections *sections, unsigned tasks);
/* A checksum of the sections that entries, names and addresses are in, as the file has them. */
uint32_t gt_debug_sections_crc(const struct gt_debug_sections *sections);
/* The same of the sections that lists of locations and ranges are in; computed once. */
uint32_t gt_debug_lists_crc(struct gt_debug_sections *sections);
/* Without the lists of locations and ranges, until they are shown: unpacking them takes longer than
 * anything else that opening does. */
struct gt_dwarf_source gt_debug_sections_source(struct gt_debug_sections *sections);
/* A source that is made later has the lists too. False when there are none, or they are shown. */
bool gt_debug_sections_show_lists(struct gt_debug_sections *sections);

#endif

/*
 * Strings with equal contents: how many blocks of the heap hold the same bytes.
 *
 * Contents are compared, never kept. A row has the first bytes of a string only with show_data.
 * Blocks of the tiny allocator are left out, since they hold several values. A block counts once,
 * with the first string that leads into it.
 */
#ifndef GT_DETECT_HEAP_TABLES_EQUAL_STRINGS_H
#define GT_DETECT_HEAP_TABLES_EQUAL_STRINGS_H

#include "inspector/detect/heap_tables/heap_tables.h"

struct gt_equal_strings {
    const struct gt_heap_analysis *analysis;
    struct gt_bitmap seen; /* objects */
    struct gt_hash_seed seed;
    struct gt_map known;    /* hash of contents -> index in the list + 1 */
    struct gt_vec contents; /* struct content; see the source */
};

void gt_equal_strings_init(struct gt_equal_strings *strings,
                           const struct gt_heap_analysis *analysis);
void gt_equal_strings_deinit(struct gt_equal_strings *strings);

void gt_equal_strings_add(struct gt_equal_strings *strings, const struct gt_word *word);

/* Adds a row for each content whose copies take much memory, and one for all others. */
void gt_equal_strings_rows(const struct gt_equal_strings *strings, struct gt_table_maker *maker);

#endif

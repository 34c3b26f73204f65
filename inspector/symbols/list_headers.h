/* Checks of .debug_rnglists and .debug_loclists before libdwarf sees them. */
#ifndef GT_SYMBOLS_LIST_HEADERS_H
#define GT_SYMBOLS_LIST_HEADERS_H

#include <stdbool.h>
#include <stdint.h>

/* Whether the section is a sequence of whole tables with good headers. */
bool gt_list_headers_good(const unsigned char *bytes, uint64_t size);

#endif

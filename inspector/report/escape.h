/*
 * Text from the target, made safe to print.
 *
 * A core is hostile: a function's name may hold terminal codes, a label a line break or a mark that
 * changes the reading direction. Every sink passes the texts that it prints through these
 * functions.
 *
 * Invariants: the output is valid UTF-8. The output of gt_escape() has no control character, no
 * line break and no invisible character. gt_utf8() changes only bytes that are not UTF-8.
 */
#ifndef GT_REPORT_ESCAPE_H
#define GT_REPORT_ESCAPE_H

#include "inspector/base/str.h"

#include <stddef.h>

void gt_escape(struct gt_str *to, const char *text); /* "\n", "\x1b", "\u202e" */
void gt_utf8(struct gt_str *to, const char *text);   /* U+FFFD for each byte that is not UTF-8 */

/* The same for `length` bytes, with a NUL after them. Other NULs become "\x00"; in UTF-8 they
 * stay. */
void gt_escape_bytes(struct gt_str *to, const char *text, uint64_t length);
void gt_utf8_bytes(struct gt_str *to, const char *text, uint64_t length);

/* The bytes of the first character of valid UTF-8, and the terminal columns that it takes. */
size_t gt_character(const char *text, unsigned *columns);
unsigned gt_columns(const char *text, size_t length);

#endif

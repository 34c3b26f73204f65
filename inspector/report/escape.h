/*
 * Text from the target, made safe to print.
 *
 * A core is hostile: a function's name may hold terminal codes, a label a line break or a mark
 * that turns the reading direction. Every sink passes what it prints through here.
 *
 * Invariants: what comes out is valid UTF-8. gt_escape() leaves no control character, no line
 * break and nothing invisible in it; gt_utf8() changes only what is not UTF-8.
 */
#ifndef GT_REPORT_ESCAPE_H
#define GT_REPORT_ESCAPE_H

#include "inspector/base/str.h"

#include <stddef.h>

void gt_escape(struct gt_str *to, const char *text); /* "\n", "\x1b", "\u202e" */
void gt_utf8(struct gt_str *to, const char *text);   /* U+FFFD for each byte that is not UTF-8 */

/* The same for `length` bytes, with a NUL after them, that may have NULs among them: "\x00". In
 * UTF-8 a NUL stays one. */
void gt_escape_bytes(struct gt_str *to, const char *text, uint64_t length);
void gt_utf8_bytes(struct gt_str *to, const char *text, uint64_t length);

/* The bytes of the first character of valid UTF-8, and the terminal columns that it takes. */
size_t gt_character(const char *text, unsigned *columns);
unsigned gt_columns(const char *text, size_t length);

#endif

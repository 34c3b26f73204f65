/*
 * Values for a page: a line each, parts below what they are part of.
 */
#ifndef GT_TEXT_ANSWERS_VALUES_H
#define GT_TEXT_ANSWERS_VALUES_H

#include "inspector/report/text/page.h"

/* The root's line begins at `column`; with a name where it has one. */
void gt_page_values(struct gt_page *page, unsigned column, const struct gt_values *values);

/* "len 3, cap 4, 0xc000012080": what a value's line has behind its type. */
void gt_page_value(struct gt_page *page, const struct gt_typed_value *value);

#endif

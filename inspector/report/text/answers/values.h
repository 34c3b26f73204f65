/*
 * Values for a page: one line each, with parts below the value that contains them.
 */
#ifndef GT_TEXT_ANSWERS_VALUES_H
#define GT_TEXT_ANSWERS_VALUES_H

#include "inspector/report/text/page.h"

/* The root's line begins at `column`, with its name if it has one. */
void gt_page_values(struct gt_page *page, unsigned column, const struct gt_values *values);

/* "len 3, cap 4, 0xc000012080": the text after the type in a value's line. */
void gt_page_value(struct gt_page *page, const struct gt_typed_value *value);

#endif

/*
 * A terminal page: words written one after the other, broken into lines of at most `width` columns.
 *
 * Invariants: no line is wider than `width`. A line that follows a break begins at `indent`. All
 * text goes through gt_escape(), so only the page itself writes line breaks and colours. The page
 * borrows the stream that it writes to.
 */
#ifndef GT_TEXT_PAGE_H
#define GT_TEXT_PAGE_H

#include "gotopsy.h"

#include <stdbool.h>
#include <stdio.h>

enum gt_ink { GT_PLAIN, GT_BOLD, GT_DIM, GT_RED, GT_YELLOW, GT_CYAN, GT_GREEN };

struct gt_page {
    FILE *to;
    unsigned width, column, indent;
    unsigned gap;     /* spaces before the column that are not written yet, so that lines do not end
                       * in spaces */
    bool colour, all; /* all: shorten nothing */
};

void gt_page_init(struct gt_page *page, FILE *to, const struct gt_style *style);

/* Starts a line at a column; its continuations start at `indent`. */
void gt_page_line(struct gt_page *page, unsigned column, unsigned indent);
void gt_page_put(struct gt_page *page, enum gt_ink ink, const char *text); /* breaks at spaces */
void gt_page_format(struct gt_page *page, enum gt_ink ink, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* ", text": the text goes on a new line if it does not fit on this one but fits on a new one. */
void gt_page_clause(struct gt_page *page, const char *text);
void gt_page_tab(struct gt_page *page, unsigned column); /* moves to the column, or by two spaces if
                                                          * past it */
void gt_page_right(struct gt_page *page, enum gt_ink ink, const char *text); /* ends at width */
void gt_page_deinit(struct gt_page *page); /* ends the line; after an ended line, writes an empty
                                            * one */

#endif

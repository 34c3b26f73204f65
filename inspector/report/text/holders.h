/*
 * The largest holders of the live heap, for a page.
 */
#ifndef GT_TEXT_HOLDERS_H
#define GT_TEXT_HOLDERS_H

#include "inspector/report/text/page.h"

/* A heading, then a few lines for each; nothing when there are none. */
void gt_page_holders(struct gt_page *page, const struct gt_report *report);

#endif

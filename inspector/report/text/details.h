/*
 * What a finding shows beside its title and size, by kind: where the bytes are, what holds them,
 * where it is in the source. It describes the largest instance.
 */
#ifndef GT_TEXT_DETAILS_H
#define GT_TEXT_DETAILS_H

#include "inspector/report/text/page.h"

void gt_page_details(struct gt_page *page, unsigned column, const struct gt_finding *finding);

/* "frees 190 MiB of heap in 1.2 M objects and 24 MiB of stacks; ..." */
void gt_page_cost(struct gt_page *page, unsigned column, const struct gt_finding *finding);

#endif

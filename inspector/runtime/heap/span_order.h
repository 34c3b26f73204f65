/*
 * Puts spans in the order of their bases.
 *
 * Theory. A span begins a page that is no other span's, and most pages of a heap are some span's.
 * So a table by page gives the order, in time that is linear in pages.
 *
 * Invariant: of spans with one base, of which one is damaged, the one whose mspan has the lower
 * address comes first.
 */
#ifndef GT_RUNTIME_SPAN_ORDER_H
#define GT_RUNTIME_SPAN_ORDER_H

#include "inspector/runtime/heap/mspans.h"

/* Linear if there are few pages for each span. Otherwise, or if two spans begin in one page, they
 * are sorted. */
void gt_spans_order(struct gt_span *spans, size_t count);

#endif

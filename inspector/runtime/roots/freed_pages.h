/*
 * Pages that the heap has taken back. A collection frees the spans of unused stacks. Their pages
 * keep the contents of the stacks until they are used again.
 */
#ifndef GT_RUNTIME_FREED_PAGES_H
#define GT_RUNTIME_FREED_PAGES_H

#include "inspector/runtime/heap/spans.h"

/* Calls `visit` for each free page between the spans of the heap that the core has. */
typedef void gt_page_fn(void *ctx, uint64_t page, uint64_t bytes);
void gt_freed_pages(const struct gt_goheap *heap, gt_page_fn *visit, void *ctx);

#endif

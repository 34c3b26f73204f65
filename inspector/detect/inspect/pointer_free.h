/*
 * Types of objects without pointers: the collector does not need them, so nothing keeps them. A
 * pointer, slice or interface that leads to the object's start says what it is.
 */
#ifndef GT_DETECT_INSPECT_POINTER_FREE_H
#define GT_DETECT_INSPECT_POINTER_FREE_H

#include "inspector/detect/heap_analysis.h"

/* The type of the object's data, or of its elements; GT_NO_TYPE when nothing tells it, or where the
 * words that do differ in more than their size: then the largest has it. */
gt_type_id gt_pointer_free_type(const struct gt_heap_analysis *analysis, uint32_t object);

/* Calls `visit` for each word of live memory that is known to lead to such an object of the heap:
 * `count` of the type begin there. An object may be visited many times. */
typedef void gt_pointer_free_fn(void *ctx, uint32_t object, gt_type_id type, uint64_t count);
void gt_pointer_free_each(const struct gt_heap_analysis *analysis, gt_pointer_free_fn *visit,
                          void *ctx);

#endif

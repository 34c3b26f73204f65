/*
 * Types of objects without pointers. The collector does not need these types, so they are not
 * recorded. A pointer, slice or interface that leads to the object's start gives the type.
 */
#ifndef GT_DETECT_INSPECT_POINTER_FREE_H
#define GT_DETECT_INSPECT_POINTER_FREE_H

#include "inspector/detect/heap_analysis.h"

/* The type of the object's data, or of its elements; GT_NO_TYPE when no word gives one. If words
 * give types that differ, the largest counts. *count is how many of it a word leads to. */
gt_type_id gt_pointer_free_type(const struct gt_heap_analysis *analysis, uint32_t object,
                                uint64_t *count);

/* Calls `visit` for each live word that is known to lead to such an object: `count` values of the
 * type begin there. An object may be visited many times. */
typedef void gt_pointer_free_fn(void *ctx, uint32_t object, gt_type_id type, uint64_t count);
void gt_pointer_free_each(const struct gt_heap_analysis *analysis, gt_pointer_free_fn *visit,
                          void *ctx);

#endif

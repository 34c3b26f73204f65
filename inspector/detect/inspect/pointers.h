/* The pointers of an object: its pointer words in order, by field. */
#ifndef GT_DETECT_INSPECT_POINTERS_H
#define GT_DETECT_INSPECT_POINTERS_H

#include "inspector/detect/heap_analysis.h"

/* Fills in the object's pointers, at most the first `most`. */
void gt_pointers_fill(const struct gt_heap_analysis *analysis, uint32_t object, size_t most,
                      struct gt_object *out);

/* A word for the report, without its field. */
struct gt_pointer gt_pointer_of(const struct gt_heap_analysis *analysis,
                                const struct gt_word *word);

#endif

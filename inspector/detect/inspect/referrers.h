/*
 * The referrers of an object: words of live objects and of roots. Words with one look are one
 * group.
 *
 * Each live object is read once. Garbage is read once too, but its words are only counted. A group
 * is named by its first word. Groups with one name are joined.
 */
#ifndef GT_DETECT_INSPECT_REFERRERS_H
#define GT_DETECT_INSPECT_REFERRERS_H

#include "inspector/detect/describe/path.h"

/* Fills in the object's referrers, at most `most` groups. */
void gt_referrers_fill(struct gt_heap_analysis *analysis, uint32_t object, size_t most,
                       struct gt_object *out);

#endif

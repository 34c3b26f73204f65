/*
 * Who points into an object: words of live objects and roots, those that look alike together.
 *
 * Each live object is looked at once, and so is garbage, of which only the words are counted. A
 * group has a name by its first word. Groups that come to the same name are one.
 */
#ifndef GT_DETECT_INSPECT_REFERRERS_H
#define GT_DETECT_INSPECT_REFERRERS_H

#include "inspector/detect/describe/path.h"

/* Fills in the object's referrers, at most `most` groups. */
void gt_referrers_fill(struct gt_heap_analysis *analysis, uint32_t object, size_t most,
                       struct gt_object *out);

#endif

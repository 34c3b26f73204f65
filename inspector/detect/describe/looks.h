/*
 * A number for each referrer that is quick to compute: it tells most referrers apart without a name
 * or a path.
 *
 * Invariant: referrers with the same number have the same key (path.h). Referrers with the same key
 * may have different numbers.
 */
#ifndef GT_DETECT_LOOKS_H
#define GT_DETECT_LOOKS_H

#include "inspector/detect/describe/path.h"

#define GT_NO_ROOT UINT32_MAX

uint64_t gt_look_of(const struct gt_heap_analysis *analysis, const struct gt_referrer *referrer);

/* Two numbers as one. */
static inline uint64_t gt_look_blend(uint64_t a, uint64_t b)
{
    return (a ^ b) * 0x9e3779b97f4a7c15u + (a >> 29);
}

#endif

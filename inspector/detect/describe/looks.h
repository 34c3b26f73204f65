/*
 * A look: a number for each referrer that is quick to compute. It distinguishes most referrers
 * without a name or a path.
 *
 * Invariant: referrers with the same look have the same key (path.h). Referrers with the same key
 * may have different looks.
 */
#ifndef GT_DETECT_LOOKS_H
#define GT_DETECT_LOOKS_H

#include "inspector/detect/describe/path.h"

#define GT_NO_ROOT UINT32_MAX

uint64_t gt_look_of(const struct gt_heap_analysis *analysis, const struct gt_referrer *referrer);

/* Combines two numbers into one. It tells pairs of small numbers apart, and a pair from its
 * reverse. */
static inline uint64_t gt_look_blend(uint64_t a, uint64_t b)
{
    uint64_t mixed = (a + 1) * 0x9e3779b97f4a7c15u;

    return ((mixed ^ mixed >> 32) + b) * 0xd6e8feb86659fd93u;
}

#endif

/*
 * The detectors' registry: one row and one file each.
 *
 * A detector reads the analysis, adds causes and never prints. The order of rows does not matter:
 * no detector changes what another one looks at.
 */
#ifndef GT_DETECT_DETECTOR_H
#define GT_DETECT_DETECTOR_H

#include "inspector/detect/retention/cause.h"

typedef void gt_detect_fn(struct gt_heap_analysis *analysis, struct gt_causes *causes);

gt_detect_fn gt_detect_lost_elements, gt_detect_windows, gt_detect_hung, gt_detect_tickers,
    gt_detect_finalizers, gt_detect_deferred;

struct gt_detector {
    gt_detect_fn *find;
    bool finds[GT_KINDS];    /* the kinds it looks for */
    bool needs[GT_EVIDENCE]; /* without which not having found them means nothing */
};

extern const struct gt_detector gt_detectors[];
extern const size_t gt_detector_count;

#endif

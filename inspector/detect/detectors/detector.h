/*
 * The detectors' registry. Each detector is one file, and the row of each kind that it finds is in
 * inspector/kinds/kinds.def.
 *
 * A detector reads the analysis, adds causes and never prints. The order of rows does not matter:
 * no detector changes what another one reads.
 */
#ifndef GT_DETECT_DETECTOR_H
#define GT_DETECT_DETECTOR_H

#include "inspector/detect/retention/cause.h"

typedef void gt_detect_fn(struct gt_heap_analysis *analysis, struct gt_causes *causes);

#define KIND(kind, name, heading, plural, one, many, summary, of_parts, shape, detector, ...)      \
    gt_detect_fn detector;
#include "inspector/kinds/kinds.def"
#undef KIND

/* Runs all detectors. looked_for[kind] is set if nothing that its detector needs was lost.
 * `progress`, which may be NULL, is called with each detector's stage. */
void gt_detectors_run(struct gt_heap_analysis *analysis, struct gt_causes *causes,
                      bool looked_for[GT_KINDS], gt_progress_fn *progress, void *progress_ctx);

#endif

#include "inspector/detect/detector.h"

const struct gt_detector gt_detectors[] = {
    {gt_detect_lost_elements, {[GT_LOST_ELEMENTS] = true}},
    {gt_detect_windows, {[GT_SUBSTRING] = true, [GT_SUBSLICE] = true}},
    {gt_detect_hung, {[GT_HUNG_GOROUTINE] = true}},
    {gt_detect_tickers, {[GT_TICKER] = true}},
    {gt_detect_finalizers, {[GT_FINALIZER_CYCLE] = true}},
    {gt_detect_deferred, {[GT_DEFERRED_CALLS] = true}},
};

const size_t gt_detector_count = sizeof gt_detectors / sizeof *gt_detectors;

#include "inspector/detect/detectors/detector.h"

const struct gt_detector gt_detectors[] = {
    {gt_detect_lost_elements, {[GT_LOST_ELEMENTS] = true}, {[GT_OF_HEAP] = true}},
    {gt_detect_windows, {[GT_SUBSTRING] = true, [GT_SUBSLICE] = true}, {[GT_OF_HEAP] = true}},
    {gt_detect_hung,
     {[GT_HUNG_GOROUTINE] = true},
     {[GT_OF_HEAP] = true, [GT_OF_GOROUTINES] = true}},
    {gt_detect_tickers, {[GT_TICKER] = true}, {[GT_OF_HEAP] = true, [GT_OF_TIMERS] = true}},
    {gt_detect_finalizers,
     {[GT_FINALIZER_CYCLE] = true},
     {[GT_OF_HEAP] = true, [GT_OF_SPECIALS] = true}},
    {gt_detect_deferred,
     {[GT_DEFERRED_CALLS] = true},
     {[GT_OF_GOROUTINES] = true, [GT_OF_DEFERS] = true}},
};

const size_t gt_detector_count = sizeof gt_detectors / sizeof *gt_detectors;

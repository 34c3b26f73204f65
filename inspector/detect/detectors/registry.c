#include "inspector/detect/detectors/detector.h"

static const struct gt_detector {
    gt_detect_fn *find;
    const char *stage;       /* what it does, for who waits for the report */
    bool finds[GT_KINDS];    /* the kinds it looks for */
    bool needs[GT_EVIDENCE]; /* without which not having found them means nothing */
} detectors[] = {
    {gt_detect_lost_elements,
     "looking for lost elements",
     {[GT_LOST_ELEMENTS] = true},
     {[GT_OF_HEAP] = true}},
    {gt_detect_windows,
     "looking for substrings and subslices",
     {[GT_SUBSTRING] = true, [GT_SUBSLICE] = true},
     {[GT_OF_HEAP] = true}},
    {gt_detect_hung,
     "looking for hung goroutines",
     {[GT_HUNG_GOROUTINE] = true},
     {[GT_OF_HEAP] = true, [GT_OF_GOROUTINES] = true}},
    {gt_detect_tickers,
     "looking for tickers",
     {[GT_TICKER] = true},
     {[GT_OF_HEAP] = true, [GT_OF_TIMERS] = true}},
    {gt_detect_finalizers,
     "looking for finalizer cycles",
     {[GT_FINALIZER_CYCLE] = true},
     {[GT_OF_HEAP] = true, [GT_OF_SPECIALS] = true}},
    {gt_detect_deferred,
     "looking for deferred calls",
     {[GT_DEFERRED_CALLS] = true},
     {[GT_OF_GOROUTINES] = true, [GT_OF_DEFERS] = true}},
};

static bool saw_all(const struct gt_process *process, const struct gt_detector *detector)
{
    for (int i = 0; i < GT_EVIDENCE; i++)
        if (detector->needs[i] && process->lost[i]) return false;
    return true;
}

void gt_detectors_run(struct gt_heap_analysis *analysis, struct gt_causes *causes,
                      bool looked_for[GT_KINDS], gt_progress_fn *progress, void *progress_ctx)
{
    for (size_t i = 0; i < sizeof detectors / sizeof *detectors; i++) {
        const struct gt_detector *row = &detectors[i];
        if (progress) progress(progress_ctx, row->stage, 0, 0);
        row->find(analysis, causes);
        for (int kind = 0; kind < GT_KINDS; kind++)
            if (row->finds[kind]) looked_for[kind] = saw_all(analysis->process, row);
    }
}

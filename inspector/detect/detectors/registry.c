/* The registry: each kind of finding, the detector that looks for it, and the evidence it needs. */
#include "inspector/detect/detectors/detector.h"

static const struct gt_detector {
    gt_detect_fn *find;
    const char *stage;       /* what it does, for the progress line */
    bool needs[GT_EVIDENCE]; /* evidence without which "not found" proves nothing */
} detectors[GT_KINDS] = {
#define KIND(kind, name, heading, plural, one, many, summary, of_parts, shape, detector, stage,    \
             ...)                                                                                  \
    [kind] = {detector, stage, {__VA_ARGS__}},
#include "inspector/kinds/kinds.def"
#undef KIND
};

static bool saw_all(const struct gt_process *process, const struct gt_detector *detector)
{
    for (int i = 0; i < GT_EVIDENCE; i++)
        if (detector->needs[i] && process->lost[i]) return false;
    return true;
}

/* A detector that finds several kinds ran for the first of them. */
static bool has_run(int kind)
{
    for (int before = 0; before < kind; before++)
        if (detectors[before].find == detectors[kind].find) return true;
    return false;
}

void gt_detectors_run(struct gt_heap_analysis *analysis, struct gt_causes *causes,
                      bool looked_for[GT_KINDS], gt_progress_fn *progress, void *progress_ctx)
{
    for (int kind = 0; kind < GT_KINDS; kind++) {
        const struct gt_detector *row = &detectors[kind];
        if (!has_run(kind)) {
            if (progress) progress(progress_ctx, row->stage, 0, 0);
            row->find(analysis, causes);
        }
        looked_for[kind] = saw_all(analysis->process, row);
    }
}

#include "inspector/report/names.h"

#include <string.h>

static const struct {
    const char *name, *heading, *plural, *one, *many;
} kinds[GT_KINDS] = {
    [GT_SUBSTRING] = {"substring", "SUBSTRINGS", "substrings", "block", "blocks"},
    [GT_SUBSLICE] = {"subslice", "SUBSLICES", "subslices", "block", "blocks"},
    [GT_LOST_ELEMENTS] = {"lost-elements", "LOST ELEMENTS", "lost slice elements", "array",
                          "arrays"},
    [GT_HUNG_GOROUTINE] = {"hung-goroutine", "HUNG GOROUTINES", "hung goroutines", "goroutine",
                           "goroutines"},
    [GT_TICKER] = {"ticker", "TICKERS", "tickers", "timer", "timers"},
    [GT_FINALIZER_CYCLE] = {"finalizer-cycle", "FINALIZER CYCLES", "finalizer cycles", "cycle",
                            "cycles"},
    [GT_DEFERRED_CALLS] = {"deferred-calls", "DEFERRED CALLS", "deferred calls", "call", "calls"},
};

static const char *const confidences[] = {
    [GT_PROVEN] = "proven",
    [GT_LIKELY] = "likely",
    [GT_SUSPECT] = "suspect",
};

const char *gt_kind_name(enum gt_kind kind)
{
    return kinds[kind].name;
}

const char *gt_confidence_name(enum gt_confidence how)
{
    return confidences[how];
}

const char *gt_kind_heading(enum gt_kind kind)
{
    return kinds[kind].heading;
}

const char *gt_kind_plural(enum gt_kind kind)
{
    return kinds[kind].plural;
}

const char *gt_kind_unit(enum gt_kind kind, uint64_t count)
{
    return count == 1 ? kinds[kind].one : kinds[kind].many;
}

const char *gt_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash && slash[1] ? slash + 1 : path;
}

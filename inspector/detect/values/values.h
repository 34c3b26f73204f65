/*
 * Values read by their types: structs, arrays, slices, maps, channels, interfaces and pointers.
 *
 * A value's parts are read breadth first, until its depth (pointers followed) and the number of
 * values are spent: what a hostile core has of circles, lengths or nested types changes nothing of
 * that. What is not told is counted. Contents of strings and bytes are told only when the analysis
 * says so (show_data).
 */
#ifndef GT_DETECT_VALUES_VALUES_H
#define GT_DETECT_VALUES_VALUES_H

#include "inspector/detect/heap_analysis.h"

struct gt_reading {
    uint32_t depth; /* pointers to follow */
    size_t most;    /* elements or entries of each value */
    size_t budget;  /* values in all */
};

/* The value at addr. `name` is that of the root, or NULL. */
struct gt_values gt_values_read(const struct gt_heap_analysis *analysis,
                                const struct gt_reading *how, const char *name, gt_type_id type,
                                uint64_t addr);

#endif

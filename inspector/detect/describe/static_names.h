/*
 * The name of a word in static data that has no symbol: the way to it from a variable.
 *
 * `var jobs = &queue{}` gives "global main.jobs -> main.queue" and the field ".items". The way is
 * that of the types where they are known (typing/static_areas.h), else of the words that lead to
 * the start of the data (roots/global_users.h).
 */
#ifndef GT_DETECT_STATIC_NAMES_H
#define GT_DETECT_STATIC_NAMES_H

#include "inspector/detect/describe/root_names.h"

/* The name up to the type that holds `addr`, and the field in it; NULL for what no static data
 * leads to. With `alike` indices are stars. The name lives in the analysis's storage. */
const char *gt_static_name(const struct gt_heap_analysis *analysis, uint64_t addr, bool alike,
                           char *field, size_t field_size, gt_type_id *type);

/* The steps of a path to the word, a variable first, added to a vector of struct gt_step; false for
 * what no static data leads to. */
bool gt_static_steps(const struct gt_heap_analysis *analysis, uint64_t addr, struct gt_vec *steps);

#endif

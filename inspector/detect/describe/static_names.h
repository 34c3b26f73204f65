/*
 * The name of a word in static data that has no symbol: the path to it from a variable.
 *
 * `var jobs = &queue{}` gives "global main.jobs -> main.queue" and the field ".items". The path
 * follows the types where they are known (typing/static_areas.h), else the words that lead to the
 * start of the data (roots/global_users.h).
 */
#ifndef GT_DETECT_STATIC_NAMES_H
#define GT_DETECT_STATIC_NAMES_H

#include "inspector/detect/describe/root_names.h"

/* The name up to the type that holds `addr`, and the field in it; NULL when no static data leads to
 * it. With `grouped` indices are stars. The name lives in the analysis's storage. */
const char *gt_static_name(const struct gt_heap_analysis *analysis, uint64_t addr, bool grouped,
                           char *field, size_t field_size, gt_type_id *type);

/* Adds the steps of a path to the word, a variable first, to a vector of struct gt_step; false when
 * no static data leads to it. */
bool gt_static_steps(const struct gt_heap_analysis *analysis, uint64_t addr, struct gt_vec *steps);

#endif

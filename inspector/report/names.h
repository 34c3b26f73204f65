/*
 * What kinds of finding, degrees of confidence and files are called.
 */
#ifndef GT_REPORT_NAMES_H
#define GT_REPORT_NAMES_H

#include "gotopsy.h"

const char *gt_kind_heading(enum gt_kind kind);              /* "HUNG GOROUTINES" */
const char *gt_kind_plural(enum gt_kind kind);               /* "hung goroutines" */
const char *gt_kind_unit(enum gt_kind kind, uint64_t count); /* "goroutine", "goroutines" */
const char *gt_base_name(const char *path);                  /* "fetch.go" */

#endif

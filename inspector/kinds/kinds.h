/*
 * The words for the kinds of findings, from the rows of kinds.def. All strings are static.
 */
#ifndef GT_KINDS_H
#define GT_KINDS_H

#include "gotopsy.h"

const char *gt_kind_heading(enum gt_kind kind);              /* "HUNG GOROUTINES" */
const char *gt_kind_plural(enum gt_kind kind);               /* "hung goroutines" */
const char *gt_kind_unit(enum gt_kind kind, uint64_t count); /* "goroutine", "goroutines" */

#endif

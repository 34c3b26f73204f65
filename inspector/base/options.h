/*
 * Option structs of the public header, which grow from version to version.
 *
 * Invariant: each begins with `size_t size`, which the caller sets to sizeof. A shorter struct is
 * from an earlier version: the fields that it lacks are 0, the default. A longer struct is from a
 * later version: it is accepted if the fields unknown here are 0.
 */
#ifndef GT_BASE_OPTIONS_H
#define GT_BASE_OPTIONS_H

#include "inspector/base/error.h"

/* Copies `given`, which may be NULL for the defaults, into the `size` bytes of `own`. */
struct gt_error *gt_options_take(void *own, size_t size, const void *given);

#endif

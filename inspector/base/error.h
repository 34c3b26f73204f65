/*
 * Errors: a function that can fail returns NULL for success, or an error that its caller owns.
 *
 * Invariants: a message is one line and says what was expected, what was found and what to do.
 * An error is passed up as it is, given context with gt_error_prefix(), or freed; never dropped
 * silently. Not thread-safe: an error belongs to one thread at a time.
 */
#ifndef GT_BASE_ERROR_H
#define GT_BASE_ERROR_H

#include "gotopsy.h"

#include <stdarg.h>

struct gt_error *gt_error_new(enum gt_code code, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Puts "prefix: " before the message; takes and returns the same error. NULL stays NULL. */
struct gt_error *gt_error_prefix(struct gt_error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif

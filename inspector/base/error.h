/*
 * Errors: a function that can fail returns NULL for success, or an error that its caller owns.
 *
 * Invariants: a message is one line and says what was expected, what was found and what to do. An
 * error is passed up as it is, given context with gt_error_prefix(), or freed; never dropped
 * silently. An error of GT_ERR_MEMORY cannot be dropped: if it is freed within a call, that call
 * fails. An error about a file has that file's path (gt_error_in_file(), gt_error_io()). An error
 * about the target's memory has the address (gt_error_at()), and the entry point adds the core's
 * path (gt_process_explain()). An error of a system call has its errno. So only GT_ERR_USAGE and
 * GT_ERR_MEMORY may have no path. Not thread-safe: an error belongs to one thread at a time.
 */
#ifndef GT_BASE_ERROR_H
#define GT_BASE_ERROR_H

#include "gotopsy.h"

#include <stdarg.h>

struct gt_error *gt_error_create(enum gt_code code, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Puts "prefix: " before the message; takes and returns the same error. NULL stays NULL. */
struct gt_error *gt_error_prefix(struct gt_error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Add the path of the file that the error is about (the first path given stays), errno, and the
 * address in the target. They take and return the same error; NULL stays NULL. */
struct gt_error *gt_error_file(struct gt_error *error, const char *path);
struct gt_error *gt_error_number(struct gt_error *error, int number);
struct gt_error *gt_error_at(struct gt_error *error, uint64_t address);

/* An error about the file. Its message begins with the path: "PATH: MESSAGE". */
struct gt_error *gt_error_in_file(enum gt_code code, const char *path, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A system call failed on the file: "PATH: MESSAGE". The code follows from errno: GT_ERR_MEMORY or
 * GT_ERR_IO. */
struct gt_error *gt_error_io(const char *path, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* For entry points, outside of a call: these errors hang on no call. Without memory they are
 * GT_ERR_MEMORY. The second says that `asked` bytes could not be allocated; 0: the size is not
 * known. */
struct gt_error *gt_error_plain(enum gt_code code, const char *message);
struct gt_error *gt_error_memory(size_t asked);

/* The caller keeps the error after the call that made it (call.h). NULL is allowed. */
void gt_error_detach(struct gt_error *error);

#endif

/*
 * Errors: a function that can fail returns NULL for success, or an error that its caller owns.
 *
 * Invariants: a message is one line and says what was expected, what was found and what to do.
 * An error is passed up as it is, given context with gt_error_prefix(), or freed; never dropped
 * silently. One of GT_ERR_MEMORY cannot be dropped: freed within a call, it ends that call. One
 * about a file has that file's path (gt_error_in_file(), gt_error_io()); one about the target's
 * memory has the address (gt_error_at()), and the entry point adds the core's path
 * (gt_process_explain()); one of a system call has its errno. So GT_ERR_USAGE and GT_ERR_MEMORY
 * alone may be about no file. Not thread-safe: an
 * error belongs to one thread at a time.
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

/* Note the file that it is about (the first one told counts), errno, and the address of the target.
 * They take and return the same error; NULL stays NULL. */
struct gt_error *gt_error_file(struct gt_error *error, const char *path);
struct gt_error *gt_error_number(struct gt_error *error, int number);
struct gt_error *gt_error_at(struct gt_error *error, uint64_t address);

/* It is about the file, and its message begins with the path: "PATH: MESSAGE". */
struct gt_error *gt_error_in_file(enum gt_code code, const char *path, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A system call failed on the file: "PATH: MESSAGE". Its code is by errno: GT_ERR_MEMORY or
 * GT_ERR_IO. */
struct gt_error *gt_error_io(const char *path, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* For entry points, outside of a call: hang on none, and are GT_ERR_MEMORY in the worst case. The
 * second says that `asked` bytes could not be had; 0: it is not known how many. */
struct gt_error *gt_error_plain(enum gt_code code, const char *message);
struct gt_error *gt_error_memory(size_t asked);

/* The caller keeps it beyond the call that made it (call.h). NULL is allowed. */
void gt_error_detach(struct gt_error *error);

#endif

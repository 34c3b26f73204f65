/*
 * Completes the last word of a line in the shell: a command, an option of the line's command, or a
 * word that an option takes.
 *
 * Everything comes from the rows of commands and options, so completion, help and parsing agree.
 */
#ifndef GT_CLI_COMPLETION_H
#define GT_CLI_COMPLETION_H

#include <stddef.h>

typedef void gt_completion_fn(void *ctx, const char *candidate);

/* Calls `visit` for each completion of the last word in the line's first `length` bytes. Returns
 * how many bytes of that word are typed. */
size_t gt_complete(const char *line, size_t length, gt_completion_fn *visit, void *ctx);

#endif

/*
 * The completions of the last word of a line in the shell: a command, an option of the line's
 * command, a word that an option takes, or what the command asks about: a type, a global, an
 * address that was shown.
 *
 * Commands, options and their words come from the rows of these, so that completion, help and
 * parsing agree. What the core has comes from a source. Names with blanks or quotes are not
 * offered: they are no words of a line.
 */
#ifndef GT_CLI_COMPLETION_H
#define GT_CLI_COMPLETION_H

#include <stddef.h>

typedef void gt_completion_fn(void *ctx, const char *candidate);

enum gt_completed {
    GT_COMPLETES_NOTHING,
    GT_COMPLETES_TYPES,
    GT_COMPLETES_GLOBALS,
    GT_COMPLETES_ADDRESSES
};

struct gt_completion_source {
    /* Calls `visit` for each name of the kind; nothing when there are none. */
    void (*each)(void *ctx, enum gt_completed kind, gt_completion_fn *visit, void *visit_ctx);
    void *ctx;
};

/* Calls `visit` for each completion of the last word in the line's first `length` bytes. Returns
 * how many bytes of that word are there already. `source` may be NULL. A candidate may come twice.
 */
size_t gt_complete(const char *line, size_t length, const struct gt_completion_source *source,
                   gt_completion_fn *visit, void *ctx);

#endif

/*
 * Where a document is written, and in which style.
 *
 * Invariant: after any signal that a user may send, a file named by -o is complete or unchanged.
 * The document is written in memory, then to a temporary file beside the target, which is renamed.
 * Links are followed, and a file keeps its mode. Anything but a regular file (a pipe, /dev/null) is
 * written directly. A core or a program is never overwritten. A pager gets the text for standard
 * output, in the style of standard output. It is no error if the pager ends early.
 */
#ifndef GT_CLI_OUTPUT_H
#define GT_CLI_OUTPUT_H

#include "inspector/cli/options.h"

struct gt_output {
    FILE *file;
    struct gt_style style;
    char *path; /* of the file that is replaced or made; NULL: it is written directly */
    bool paged;
    FILE *behind; /* where `file` passes its output on, while addresses are recorded; or NULL */
};

/* Checks before long work that -o can be written. */
struct gt_error *gt_output_check(const struct gt_options *options);

struct gt_error *gt_output_open(struct gt_output *output, const struct gt_options *options);

/* Ends what gt_output_open() began. If `error` is NULL the document is kept, else dropped. */
struct gt_error *gt_output_close(struct gt_output *output, struct gt_error *error);

#endif

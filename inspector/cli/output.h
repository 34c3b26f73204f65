/*
 * Where a document goes, and how it looks there.
 *
 * Invariant: a file named by -o is whole or as it was before: the document is written beside it
 * and renamed. What is not a regular file (a pipe, /dev/null) is written to directly. A pager gets
 * what would go to standard output, and looks as that would; when it ends early, that is no error.
 */
#ifndef GT_CLI_OUTPUT_H
#define GT_CLI_OUTPUT_H

#include "inspector/cli/options.h"

struct gt_output {
    FILE *file;
    struct gt_style style;
    char *path, *temporary; /* both NULL when nothing is to be renamed */
    bool paged;
};

/* Says early, before long work, that -o cannot be written. */
struct gt_error *gt_output_check(const struct gt_options *options);

struct gt_error *gt_output_open(struct gt_output *output, const struct gt_options *options);

/* Ends what gt_output_open() began, by `error`: NULL keeps the document, else drops it. */
struct gt_error *gt_output_close(struct gt_output *output, struct gt_error *error);

#endif
